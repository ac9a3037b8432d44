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
  /** The service whose incidents these are: 1 to 64 lower-case letters, digits and dashes. */
  readonly serviceName: string;

  /**
   * Alarms of the service, 1 to 20: metric, log or composite alarms. One that goes off opens an incident, or joins the one
   * that is open. CloudWatch shows composite alarms only to roles that may see every alarm: with a `CompositeAlarm` among
   * them, the roles of agent and staging may describe every alarm of the account and Region.
   */
  readonly alarms: IAlarm[];

  /** Log groups that the investigation may query. All in this account and Region. */
  readonly logGroups: ILogGroup[];

  /**
   * Customer-managed keys of log groups that were imported. The key of a log group made in this app is found.
   *
   * @default - none
   */
  readonly logGroupKeys?: IKey[];

  /** Namespaces of the metrics that the investigation may read, for example `AWS/Lambda`. */
  readonly metricNamespaces: string[];

  /**
   * What the investigation may learn about deployments.
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
   * Topic that is told about every report, and about alarms that a limit keeps from being investigated.
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
   * What a report may propose to run, once a person approved it.
   *
   * @default - nothing: reports hold suggestions for people, and no role can change the service
   */
  readonly remediation?: IncidentRemediation;

  /**
   * What resumes an open incident, beside another alarm of the service that goes off.
   *
   * @default [ResumeEvent.alarmRecovers()]
   */
  readonly resumeOn?: ResumeEvent[];

  /**
   * Most turns of one incident, 1 to 100. Afterwards an alarm that the incident has not seen opens the next incident; events
   * of its own alarms are refused as `incident-exhausted` until `incidentWindow` is over, and `notify` is told.
   *
   * @default 12
   */
  readonly maxTurns?: number;

  /**
   * After this time an incident is over, even if no report concluded it: the next alarm opens another. 1 hour to 14 days.
   *
   * @default Duration.hours(24)
   */
  readonly incidentWindow?: Duration;

  /**
   * A change of an alarm to the same state within this time starts no turn (`cooling-down`), and `notify` is told: an alarm
   * that flaps does not use up the turns of its incident. Up to 24 hours; zero for none.
   *
   * @default Duration.minutes(5)
   */
  readonly coolDown?: Duration;

  /**
   * An alarm that goes off within this time after a report concluded the incident opens the same incident again, with its
   * conversation, instead of another one. Up to 24 hours; zero for never.
   *
   * @default Duration.minutes(30)
   */
  readonly reopenWithin?: Duration;

  /**
   * Hours of every day in which alarms open no incident (`quiet-hours`), and `notify` is told instead. Incidents that are
   * open go on.
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
