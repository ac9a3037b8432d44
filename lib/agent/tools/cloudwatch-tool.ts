import { CfnCompositeAlarm, CompositeAlarm, type IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnLogGroup, type ILogGroup } from 'aws-cdk-lib/aws-logs';
import { ArnFormat, Duration, Size, Stack } from 'aws-cdk-lib/core';
import { logCallerStatements } from '../../encryption/log-caller-statements';
import {
  ALARM_READ_ACTIONS,
  ALARM_STATE_ACTIONS,
  LOG_QUERY_ACTIONS,
  LOG_QUERY_STOP_ACTIONS,
  METRIC_READ_ACTIONS,
  RESOURCELESS_ACTIONS,
} from '../../identity/perms';
import { AgentNetworkService } from '../../network';
import { requireInput, requireSeconds, requireWholeNumber } from '../../validation/input-error';
import { bundledServer, type BundledToolOptions, checkBytes, checkNames, checkOptions } from './bundled-server';
import { CLOUDWATCH_VARIABLES as VARIABLES } from '../../contracts/tool';
import type { ToolHost, ToolParts } from './tool-host';

/**
 * The CloudWatch resources that an agent can read. Set at least one of `logGroups`, `metricNamespaces` and `alarms`.
 */
export interface CloudWatchToolOptions extends BundledToolOptions {
  /**
   * Log groups of this account and Region that may be queried, at most 50.
   *
   * @default - none; the agent gets no tool to query logs
   */
  readonly logGroups?: ILogGroup[];

  /**
   * Customer-managed keys of imported log groups. The key of a log group of this app is found automatically.
   *
   * @default - none
   */
  readonly logGroupKeys?: IKey[];

  /**
   * Namespaces of the metrics that may be read, for example `AWS/Lambda`. IAM can't limit reading metrics, so only the
   * tool enforces this limit, not the role.
   *
   * @default - none; the agent gets no tool to read metrics
   */
  readonly metricNamespaces?: string[];

  /**
   * Alarms of this account and Region that may be read, at most 100: metric, log and composite alarms. CloudWatch
   * returns composite alarms only to roles that can read every alarm. With a composite alarm, the role can therefore
   * read every alarm of the account and Region, and only the tool limits reading to the alarms named here.
   *
   * @default - none; the agent gets no tool to read alarms
   */
  readonly alarms?: IAlarm[];

  /**
   * Longest time range of one query, one minute to 366 days.
   *
   * @default Duration.hours(24)
   */
  readonly maxTimeRange?: Duration;

  /**
   * Bytes that one query may scan, as CloudWatch Logs reports them while it runs. A query that scans more is stopped;
   * you pay for the bytes scanned until then.
   *
   * @default Size.gibibytes(10)
   */
  readonly maxScanned?: Size;

  /**
   * Most rows of one query, 1 to 10,000.
   *
   * @default 1000
   */
  readonly maxResults?: number;
}

const WHERE = 'AgentTool.cloudWatch';

export function checkCloudWatch(props: CloudWatchToolOptions): void {
  checkOptions(WHERE, props);
  const { logGroups = [], metricNamespaces = [], alarms = [] } = props;
  requireInput(logGroups.length + metricNamespaces.length + alarms.length > 0, WHERE, {
    input: 'logGroups',
    value: [],
    allowed: 'at least one log group, metric namespace or alarm',
    fix: 'name what the agent may read',
  });
  requireWholeNumber(WHERE, 'number of logGroups', logGroups.length, 0, 50, 'log groups');
  requireWholeNumber(WHERE, 'number of alarms', alarms.length, 0, 100, 'alarms');
  checkNames(WHERE, 'metricNamespaces', metricNamespaces, /^(?!:)[\w./#: -]{1,255}$/, 'names of metric namespaces');
  requireSeconds(WHERE, 'maxTimeRange', props.maxTimeRange ?? Duration.hours(24), 60, 366 * 24 * 3600);
  checkBytes(WHERE, 'maxScanned', props.maxScanned ?? Size.gibibytes(10), Number.MAX_SAFE_INTEGER);
  requireWholeNumber(WHERE, 'maxResults', props.maxResults ?? 1000, 1, 10_000, 'rows');
}

export function cloudWatchTool(props: CloudWatchToolOptions, host: ToolHost): ToolParts {
  const { logGroups = [], metricNamespaces = [], alarms = [] } = props;
  const wildcards = new Map<string, string>();
  const statements: PolicyStatement[] = [];
  const services: AgentNetworkService[] = [];
  const tools: string[] = [];
  const unscoped: string[] = [];

  if (logGroups.length > 0) {
    tools.push('query_logs', 'query_rows');
    const arns = logGroups.map((group) => logGroupArn(host, group));
    statements.push(
      new PolicyStatement({
        sid: 'QueryLogGroups',
        actions: LOG_QUERY_ACTIONS,
        // The ARN formats of the service authorization reference and of CloudFormation.
        resources: arns.flatMap((arn) => [arn, `${arn}:*`]),
      }),
      ...keyStatements(host, logGroups, props.logGroupKeys ?? []),
    );
    arns.forEach((arn) => wildcards.set(`${arn}:*`, 'One log group: what follows the name are its streams.'));
    unscoped.push(...LOG_QUERY_STOP_ACTIONS);
    services.push(
      AgentNetworkService.LOGS.withActions(LOG_QUERY_ACTIONS),
      AgentNetworkService.interface('logs', { actions: LOG_QUERY_STOP_ACTIONS }),
    );
  }
  if (metricNamespaces.length > 0) {
    tools.push('metric_data');
    unscoped.push(...METRIC_READ_ACTIONS);
    services.push(AgentNetworkService.interface('monitoring', { actions: METRIC_READ_ACTIONS }));
  }
  if (alarms.length > 0) {
    tools.push('alarms', 'alarm_history');
    statements.push(
      new PolicyStatement({
        sid: 'ReadAlarms',
        actions: ALARM_READ_ACTIONS,
        resources: alarms.map(({ alarmArn }) => alarmArn),
      }),
    );
    if (alarms.some(isComposite)) unscoped.push(...ALARM_STATE_ACTIONS);
    services.push(
      AgentNetworkService.interface('monitoring', {
        actions: ALARM_READ_ACTIONS,
        resources: ['arn:{partition}:cloudwatch:{region}:{account}:alarm:*'],
      }),
    );
  }
  if (unscoped.length > 0) {
    // No resource-level form exists: see RESOURCELESS_ACTIONS in perms.ts.
    statements.push(new PolicyStatement({ sid: 'ReadWithoutResource', actions: unscoped, resources: ['*'] }));
    wildcards.set('*', unscoped.map((action) => `${action}: ${RESOURCELESS_ACTIONS[action]}`).join('; '));
  }

  const variables = {
    [VARIABLES.logGroups]: logGroups.map(({ logGroupName }) => logGroupName).join(','),
    [VARIABLES.metricNamespaces]: metricNamespaces.join(','),
    // Names of alarms can contain commas.
    [VARIABLES.alarms]: alarms.map(({ alarmName }) => alarmName).join('\n'),
    [VARIABLES.maxTimeRangeSeconds]: String((props.maxTimeRange ?? Duration.hours(24)).toSeconds()),
    [VARIABLES.maxScannedBytes]: String((props.maxScanned ?? Size.gibibytes(10)).toBytes()),
    [VARIABLES.maxResults]: String(props.maxResults ?? 1000),
  };
  return {
    definition: bundledServer(host, { name: 'cloudwatch', variables, tools }, props),
    executionStatements: statements,
    services,
    wildcards,
  };
}

/**
 * Whether an alarm is a composite alarm. For an imported alarm this is unknown; its state is then taken from its
 * events.
 */
export const isComposite = (alarm: IAlarm): boolean =>
  alarm instanceof CompositeAlarm || alarm.node.defaultChild instanceof CfnCompositeAlarm;

const logGroupArn = ({ scope }: ToolHost, { logGroupName }: ILogGroup): string =>
  Stack.of(scope).formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: logGroupName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

/** CloudWatch Logs uses the key of a log group on behalf of the caller. One statement for the log groups of one key. */
function keyStatements({ scope }: ToolHost, groups: ILogGroup[], given: IKey[]): PolicyStatement[] {
  const byKey = new Map<string, { readonly keyArn: string; readonly names: string[] }>();
  for (const group of groups) {
    const resource = group.node.defaultChild;
    const own = CfnLogGroup.isCfnLogGroup(resource) ? resource.kmsKeyId : undefined;
    for (const keyArn of own !== undefined ? [own] : given.map((key) => key.keyArn)) {
      // Different tokens can represent the same key.
      const id = JSON.stringify(Stack.of(scope).resolve(keyArn));
      const known = byKey.get(id) ?? { keyArn, names: [] };
      known.names.push(group.logGroupName);
      byKey.set(id, known);
    }
  }
  return [...byKey.values()].flatMap(({ keyArn, names }) => logCallerStatements(scope, { keyArn }, names, 'read'));
}
