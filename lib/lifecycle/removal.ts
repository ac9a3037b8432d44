import { CfnDeletionPolicy, type CfnResource, type IResolvable, Lazy, RemovalPolicy } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { isDevelopment } from '../development/enabled-scopes';

/** What happens to a resource of this library when it is removed, and why. */
export interface Removal {
  readonly policy: RemovalPolicy;
  /** The resource, as docs/lifecycle.md names it. */
  readonly what: string;
  readonly reason: string;
}

/**
 * Kept when it is replaced or removed; deleted when the operation that created it is rolled back
 * (RetainExceptOnCreate).
 */
const KEPT_ONCE_DEPLOYED = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;

/**
 * The resources that are not simply deleted with their stack. docs/lifecycle.md has the same table; a test compares them.
 *
 * Source: docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html.
 */
export const REMOVAL = {
  key: {
    policy: KEPT_ONCE_DEPLOYED,
    what: 'Keys',
    reason:
      'Without the key, everything encrypted under it is lost. A key of a failed deployment protects nothing yet, and its alias would block the next deployment.',
  },
  trailKey: {
    policy: RemovalPolicy.RETAIN,
    what: 'The key of an audit trail',
    reason: 'The trail bucket stays after a failed deployment, and its files must stay readable.',
  },
  logGroup: {
    policy: KEPT_ONCE_DEPLOYED,
    what: 'Log groups of networks, Runtimes and functions',
    reason: 'They record what an agent did. After a failed first deployment there is nothing to keep.',
  },
  machineLogGroup: {
    policy: RemovalPolicy.DESTROY,
    what: 'Log groups of state machines',
    reason:
      'Their names follow from the name of the state machine and would block the next deployment. What happened in a turn is in the evidence bucket.',
  },
  trailLogGroup: {
    policy: RemovalPolicy.RETAIN,
    what: 'The log group of an audit trail',
    reason:
      'It has deletion protection, which also stops a rollback. Its name is new each time it is created and blocks nothing.',
  },
  trailBucket: {
    policy: RemovalPolicy.RETAIN,
    what: 'The bucket of an audit trail, and its policy',
    reason:
      'CloudTrail delivers within minutes, and the files are locked. Amazon S3 deletes no bucket with files in it, so a rollback would fail. The policy denies bypassing the lock.',
  },
  recordBucket: {
    policy: KEPT_ONCE_DEPLOYED,
    what: 'Evidence and output buckets, and their policies',
    reason:
      'They hold what turns produced. Before the first turn they are empty and can be deleted. Without the policy, a kept bucket would accept plain HTTP.',
  },
  ledger: {
    policy: KEPT_ONCE_DEPLOYED,
    what: 'The ledger of turns',
    reason:
      'Without it, turns could run twice. It has no deletion protection, which would stop a rollback; a deleted table can be restored for 35 days because point-in-time recovery is on.',
  },
  spending: {
    policy: RemovalPolicy.DESTROY,
    what: 'The sums of a budget',
    reason: 'They limit future spending. The cost of each turn is in its evidence.',
  },
  deadLetterQueue: {
    policy: KEPT_ONCE_DEPLOYED,
    what: 'Dead-letter queues',
    reason: 'What could not be handled must not disappear with the stack.',
  },
  runtimeGroup: {
    policy: RemovalPolicy.RETAIN,
    what: 'The security group of a Runtime',
    reason:
      'AgentCore keeps network interfaces in it for up to 8 hours after the Runtime is gone. EC2 deletes no group in use, so a deletion and a rollback would fail.',
  },
  imageRepository: {
    policy: RemovalPolicy.DESTROY,
    what: 'The repository of an image that CodeBuild builds',
    reason:
      'Its images can be built again from the same sources. It is emptied first, so that a rollback does not fail.',
  },
  guardrailVersion: {
    policy: KEPT_ONCE_DEPLOYED,
    what: 'Versions of guardrails',
    reason: 'Running sessions and other stacks name a version by its number. A failed update leaves none behind.',
  },
} as const satisfies Record<string, Removal>;

/** The removal policy of a resource: as in REMOVAL, or destroyed in development mode. */
export function removalPolicy(scope: IConstruct, removal: Removal): RemovalPolicy {
  return isDevelopment(scope) ? RemovalPolicy.DESTROY : removal.policy;
}

/**
 * Deletion protection of a resource that is kept in every case. It follows the final removal policy, so that
 * `RemovalPolicies.of(app).destroy()` results in a resource that CloudFormation can delete, and `retain()` in a
 * protected one.
 */
export function protectionIfRetained(resource: CfnResource): IResolvable {
  return Lazy.any({ produce: () => resource.cfnOptions.deletionPolicy === CfnDeletionPolicy.RETAIN });
}
