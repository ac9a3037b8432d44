import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Duration } from 'aws-cdk-lib/core';
import type { DeploymentsToolOptions } from '../../agent';
import type { AgentBlueprintProps } from '../agent-blueprint-props';
import type { IncidentRemediation } from './incident-remediation';
import type { OpsCenter } from './ops-center';
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
   * Topic that is told about every report.
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
   * Most turns of one incident, 1 to 100. Further events are refused as `incident-exhausted`.
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
   * How long reports are kept.
   *
   * @default Duration.days(365)
   */
  readonly reportRetention?: Duration;
}
