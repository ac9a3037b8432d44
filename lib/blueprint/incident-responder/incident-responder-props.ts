import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Duration } from 'aws-cdk-lib/core';
import type { DeploymentsToolOptions } from '../../agent';
import type { AgentBlueprintProps } from '../agent-blueprint-props';
import type { IncidentRemediation } from './incident-remediation';
import type { OpsCenter } from './ops-center';
import type { QuietHours } from './quiet-hours';
import type { ResumeEvent } from './resume-event';

/** Properties of an {@link IncidentResponder}. */
export interface IncidentResponderProps extends AgentBlueprintProps {
  /** The service: 1 to 64 lower-case letters, digits and dashes. */
  readonly serviceName: string;

  /**
   * Alarms of the service, 1 to 20: metric, log or composite alarms. An alarm that goes off opens an incident, or joins
   * the open one. CloudWatch returns composite alarms only to roles that can read every alarm. With a `CompositeAlarm`,
   * the roles of agent and staging can describe every alarm of the account and Region.
   */
  readonly alarms: IAlarm[];

  /** Log groups that the investigation may query. All in this account and Region. */
  readonly logGroups: ILogGroup[];

  /**
   * Customer-managed keys of imported log groups. The key of a log group of this app is found automatically.
   *
   * @default - none
   */
  readonly logGroupKeys?: IKey[];

  /** Namespaces of the metrics that the investigation may read, for example `AWS/Lambda`. */
  readonly metricNamespaces: string[];

  /**
   * The deployments that the investigation may read.
   *
   * @default - nothing
   */
  readonly deployments?: DeploymentsToolOptions;

  /**
   * ARN of a Bedrock Knowledge Base with the runbooks of the service.
   *
   * @default - none
   */
  readonly runbook?: string;

  /**
   * Topic for a message about every report, and about every alarm that isn't investigated because of a limit.
   *
   * @default - none
   */
  readonly notify?: ITopic;

  /**
   * Whether incidents appear in OpsCenter of AWS Systems Manager.
   *
   * @default OpsCenter.none()
   */
  readonly opsCenter?: OpsCenter;

  /**
   * Runbooks that a report may propose, and that start after a person approved them.
   *
   * @default - none: reports contain suggestions for people, and no role can change the service
   */
  readonly remediation?: IncidentRemediation;

  /**
   * Events that resume an open incident, in addition to further alarms of the service.
   *
   * @default [ResumeEvent.alarmRecovers()]
   */
  readonly resumeOn?: ResumeEvent[];

  /**
   * Maximum number of turns of one incident, 1 to 100. After that, a new alarm opens the next incident. Events of the
   * incident's own alarms are refused as `incident-exhausted` until `incidentWindow` is over, and `notify` gets a message.
   *
   * @default 12
   */
  readonly maxTurns?: number;

  /**
   * Maximum duration of an incident, 1 hour to 14 days. After that, the next alarm opens another incident.
   *
   * @default Duration.hours(24)
   */
  readonly incidentWindow?: Duration;

  /**
   * If an alarm changes to the same state again within this time, no turn starts (`cooling-down`), and `notify` gets a message.
   * An alarm that flaps therefore doesn't use up the turns of its incident. Up to 24 hours; zero for none.
   *
   * @default Duration.minutes(5)
   */
  readonly coolDown?: Duration;

  /**
   * If an alarm goes off within this time after a report concluded the incident, it reopens the same incident with its
   * conversation. Up to 24 hours; zero for never.
   *
   * @default Duration.minutes(30)
   */
  readonly reopenWithin?: Duration;

  /**
   * Hours of each day in which alarms open no incident (`quiet-hours`); `notify` gets a message instead. Open incidents
   * continue.
   *
   * @default - none
   */
  readonly quietHours?: QuietHours;

  /**
   * How long reports are kept.
   *
   * @default Duration.days(365)
   */
  readonly reportRetention?: Duration;
}
