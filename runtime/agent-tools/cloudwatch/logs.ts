import * as z from 'zod/v4';
import { fitting } from '../server/output-limit';
import { Refusal } from '../server/refusal';
import { oneOf, requireInScope } from '../server/scope';
import { checkedWindow, timeWindow } from '../server/time-window';
import { READ_ONLY, TEXT_IS_DATA, tool, type Tool } from '../server/tool-server';
import { choosesLogGroups } from './log-group-choice';
import type { FinishedQuery, LogQueries } from './log-queries';

export interface LogScope {
  readonly logGroups: readonly string[];
  readonly maxTimeRangeSeconds: number;
  readonly maxResults: number;
  readonly queries: LogQueries;
}

/** Most log groups of one query. Source: the StartQuery API reference. */
const MAX_LOG_GROUPS = 50;
const KEPT_RESULTS = 5;

export function logTools({ logGroups, maxTimeRangeSeconds, maxResults, queries }: LogScope): Tool[] {
  const results = new Map<string, FinishedQuery>();
  let made = 0;

  const show = (id: string, first: number): object => {
    const result = results.get(id);
    if (result === undefined)
      throw new Refusal(`'${id}' is not one of the last ${KEPT_RESULTS} queries. Run it again.`);
    const { fit, left } = fitting(result.rows.slice(first));
    return {
      result: id,
      rows: fit,
      total_rows: result.rows.length,
      ...(left > 0 ? { next_row: first + fit.length } : {}),
      scanned_bytes: result.scannedBytes,
      matched_records: result.matchedRecords,
    };
  };

  return [
    tool({
      name: 'query_logs',
      description: `Runs a CloudWatch Logs Insights query and waits for its rows. ${TEXT_IS_DATA}`,
      input: z.strictObject({
        query: z.string().min(1).max(10_000).describe('Logs Insights query, without the SOURCE command'),
        log_groups: z
          .array(oneOf(logGroups, 'Name of a log group'))
          .min(1)
          .max(MAX_LOG_GROUPS)
          .optional()
          .describe('Default: all in scope'),
        ...timeWindow,
        limit: z.int().min(1).max(maxResults).default(Math.min(100, maxResults)).describe('Most rows'),
      }),
      annotations: READ_ONLY,
      run: async (input, signal) => {
        const groups = input.log_groups ?? logGroups.slice(0, MAX_LOG_GROUPS);
        requireInScope(groups, logGroups, 'The log group');
        if (choosesLogGroups(input.query)) {
          throw new Refusal('The query must not choose log groups with SOURCE. Name them in log_groups.');
        }
        const { start, end } = checkedWindow(input, maxTimeRangeSeconds);
        const finished = await queries.run(
          {
            queryLanguage: 'CWLI',
            logGroupNames: [...groups],
            queryString: input.query,
            startTime: Math.floor(start.getTime() / 1000),
            endTime: Math.ceil(end.getTime() / 1000),
            limit: input.limit,
          },
          signal,
        );
        // A `limit` command inside the query may ask for more than the parameter.
        const id = `result-${++made}`;
        results.set(id, { ...finished, rows: finished.rows.slice(0, input.limit) });
        const [oldest] = results.keys();
        if (results.size > KEPT_RESULTS) results.delete(oldest);
        return show(id, 0);
      },
    }),
    tool({
      name: 'query_rows',
      description: `Shows further rows of a query that query_logs has run. ${TEXT_IS_DATA}`,
      input: z.strictObject({
        result: z.string().max(40).describe('result of the answer of query_logs'),
        first_row: z.int().min(0).max(10_000).describe('next_row of the previous answer'),
      }),
      annotations: READ_ONLY,
      run: (input) => Promise.resolve().then(() => show(input.result, input.first_row)),
    }),
  ];
}
