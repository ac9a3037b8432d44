import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { SourceRepository } from '../../agent';
import type { ObjectLock } from '../../encryption';
import type { AcceptedFinding } from '../accepted-finding';
import type { AgentBlueprintProps } from '../agent-blueprint-props';
import type { SecurityHubImport } from './security-hub-import';

/** Properties of a {@link SecurityAuditor}. */
export interface SecurityAuditorProps extends AgentBlueprintProps {
  /** Repositories to audit, 1 to 50. Each is audited in its own session, and so in its own Runtime session. */
  readonly repositories: SourceRepository[];

  /** The schedule of audits, with its time zone: `ScheduleExpression.cron({ minute: '0', hour: '3', timeZone })`. */
  readonly schedule: ScheduleExpression;

  /**
   * Additional rules, or rules to ignore: text that is added to the instructions of the agent. At most 8,000
   * characters, without credentials.
   *
   * @default - none
   */
  readonly additionalRules?: string;

  /**
   * Accepted findings, each with a reason and an expiry date. They are reported as accepted. They aren't counted as
   * new, and aren't sent to Security Hub. At most 200.
   *
   * @default - none
   */
  readonly acceptedFindings?: AcceptedFinding[];

  /**
   * How stored findings are protected against deletion and change.
   *
   * @default ObjectLock.governance(Duration.days(90))
   */
  readonly findingsLock?: ObjectLock;

  /**
   * Whether findings are imported to AWS Security Hub.
   *
   * @default SecurityHubImport.none()
   */
  readonly securityHub?: SecurityHubImport;
}
