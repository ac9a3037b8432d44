import { type CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import * as z from 'zod/v4';
import { pageInput, Pages } from '../server/paging';
import { oneOf, requireInScope } from '../server/scope';
import { checkedWindow, timeWindow } from '../server/time-window';
import { READ_ONLY, tool, type Tool } from '../server/tool-server';

export interface MetricScope {
  readonly namespaces: readonly string[];
  readonly maxTimeRangeSeconds: number;
}

/** Data points of one result, for all its metrics together. */
const MAX_DATA_POINTS = 1_000;
const MAX_METRICS = 10;
/** Most dimensions of a metric. Source: the CloudWatch API reference. */
const MAX_DIMENSIONS = 30;

const word = z.string().min(1).max(255);

/** Metrics by namespace, name and dimensions. No expressions: SEARCH would read every namespace. */
export function metricTools(cloudWatch: CloudWatchClient, { namespaces, maxTimeRangeSeconds }: MetricScope): Tool[] {
  const pages = new Pages();
  return [
    tool({
      name: 'metric_data',
      description: 'Reads data points of CloudWatch metrics.',
      input: z.strictObject({
        metrics: z
          .array(
            z.strictObject({
              namespace: oneOf(namespaces, 'Namespace'),
              name: word.describe('Name of the metric'),
              dimensions: z
                .record(word, z.string().min(1).max(1024))
                .refine((dimensions) => Object.keys(dimensions).length <= MAX_DIMENSIONS, 'too many dimensions')
                .optional(),
              statistic: z
                .string()
                .regex(/^(Average|Sum|Minimum|Maximum|SampleCount|p\d{1,2}(\.\d{1,10})?|p100)$/)
                .default('Average')
                .describe('Average, Sum, Minimum, Maximum, SampleCount or a percentile such as p99'),
              period_seconds: z.int().min(60).max(86_400).multipleOf(60).default(300),
            }),
          )
          .min(1)
          .max(MAX_METRICS),
        ...timeWindow,
        page: pageInput,
      }),
      annotations: READ_ONLY,
      run: async ({ page, ...request }, signal) => {
        const asked = request.metrics;
        requireInScope(
          asked.map(({ namespace }) => namespace),
          namespaces,
          'The namespace',
        );
        const { start, end } = checkedWindow(request, maxTimeRangeSeconds);
        const { MetricDataResults = [], NextToken } = await cloudWatch.send(
          new GetMetricDataCommand({
            MetricDataQueries: asked.map(({ namespace, name, dimensions, statistic, period_seconds }, index) => ({
              Id: `m${index}`,
              MetricStat: {
                Metric: {
                  Namespace: namespace,
                  MetricName: name,
                  Dimensions: Object.entries(dimensions ?? {}).map(([Name, Value]) => ({ Name, Value })),
                },
                Period: period_seconds,
                Stat: statistic,
              },
            })),
            StartTime: start,
            EndTime: end,
            ScanBy: 'TimestampDescending',
            MaxDatapoints: MAX_DATA_POINTS,
            NextToken: pages.token(page, request),
          }),
          { abortSignal: signal },
        );
        const series = MetricDataResults.map(({ Id, StatusCode, Timestamps = [], Values = [] }) => {
          const metric = asked[Number(Id?.slice(1))];
          return {
            namespace: metric.namespace,
            name: metric.name,
            dimensions: metric.dimensions,
            statistic: metric.statistic,
            status: StatusCode,
            points: Timestamps.map((at, index) => [at.toISOString(), Values[index]]),
          };
        });
        return pages.page(series, NextToken, request);
      },
    }),
  ];
}
