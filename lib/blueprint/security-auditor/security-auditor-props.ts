import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { SourceRepository } from '../../agent';
import type { ObjectLock } from '../../encryption';
import type { AcceptedFinding } from '../accepted-finding';
import type { AgentBlueprintProps } from '../agent-blueprint-props';
import type { SecurityHubImport } from './security-hub-import';

/** Properties of a {@link SecurityAuditor}. */
export interface SecurityAuditorProps extends AgentBlueprintProps {
  /** Repositories to audit, 1 to 50. Each is audited in a session, and so in a runtime, of its own. */
  readonly repositories: SourceRepository[];

  /** When audits begin, with their time zone: `ScheduleExpression.cron({ minute: '0', hour: '3', timeZone })`. */
  readonly schedule: ScheduleExpression;

  /**
   * Additional rules, or rules to leave out: text that is added to the instructions of the agent. At most 8,000 characters,
   * without credentials.
   *
   * @default - none
   */
  readonly additionalRules?: string;

  /**
   * Accepted findings, each with a reason and an expiry date. They are reported as accepted, and neither counted as
   * new nor sent to Security Hub. At most 200.
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
   * Whether findings go to AWS Security Hub, too.
   *
   * @default SecurityHubImport.none()
   */
  readonly securityHub?: SecurityHubImport;
}
