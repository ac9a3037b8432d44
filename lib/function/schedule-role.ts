import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Names, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { attachPolicy } from '../identity/attach-policy';
import { KEY_READ_ACTIONS, KEY_READ_WRITE_ACTIONS } from '../identity/perms';
import { kmsViaService } from './kms-via-service';

/** A group for one schedule, and the ARN pattern of what is in it. */
export interface OwnScheduleGroup {
  readonly group: CfnScheduleGroup;
  readonly schedules: string;
}

/**
 * A group of its own for a schedule: the trust policy of the role and the condition on the key can then name exactly this
 * schedule, as the service advises
 * (docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html).
 */
export function ownScheduleGroup(scope: Construct): OwnScheduleGroup {
  const name = Names.uniqueResourceName(scope, { maxLength: 64, separator: '-' });
  const group = new CfnScheduleGroup(scope, 'Group', { name });
  const schedules = Stack.of(scope).formatArn({
    service: 'scheduler',
    resource: 'schedule',
    resourceName: `${name}/*`,
  });
  return { group, schedules };
}

/** What EventBridge Scheduler runs a schedule with. */
export interface ScheduleRoleProps extends OwnScheduleGroup {
  readonly description: string;
  /** Key of the payload and of the queues. */
  readonly encryptionKey: kms.IKey;
  /** What reaches target and dead-letter queue; the use of keys not included. */
  readonly statements: iam.PolicyStatement[];
}

/** The role of a schedule, and the policy that has to be there before the schedule. */
export function scheduleRole(scope: Construct, props: ScheduleRoleProps): { role: iam.Role; policy: Construct } {
  const { encryptionKey } = props;
  const role = new iam.Role(scope, 'Role', {
    description: props.description,
    assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
      conditions: {
        StringEquals: { 'aws:SourceAccount': Stack.of(scope).account },
        ArnEquals: { 'aws:SourceArn': props.group.attrArn },
      },
    }),
  });
  // The role was made here, so it takes the policy.
  const policy = attachPolicy(scope, 'Policy', role, 'role of a schedule', [
    ...props.statements,
    kmsViaService(scope, encryptionKey, 'sqs', KEY_READ_WRITE_ACTIONS),
    // The service calls KMS with this role itself, so the request does not come through a service.
    new iam.PolicyStatement({
      sid: 'ReadOwnPayload',
      actions: KEY_READ_ACTIONS,
      resources: [encryptionKey.keyArn],
      // Source: docs.aws.amazon.com/scheduler/latest/UserGuide/encryption-rest.html
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:scheduler:schedule:arn': props.schedules } },
    }),
  ])!;
  return { role, policy };
}
