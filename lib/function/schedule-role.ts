import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Names, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { attachPolicy } from '../identity/attach-policy';
import { KEY_READ_ACTIONS, KEY_READ_WRITE_ACTIONS } from '../identity/perms';
import { kmsViaService } from './kms-via-service';

/** A group for one schedule, and the ARN pattern of its schedules. */
export interface OwnScheduleGroup {
  readonly group: CfnScheduleGroup;
  readonly schedules: string;
}

/**
 * A separate group for a schedule: the trust policy of the role and the condition on the key can then name exactly this
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

/** The settings of the role of a schedule. */
export interface ScheduleRoleProps extends OwnScheduleGroup {
  readonly description: string;
  /** Key of the payload and of the queues. */
  readonly encryptionKey: kms.IKey;
  /** Permissions for target and dead-letter queue, without the use of keys. */
  readonly statements: iam.PolicyStatement[];
}

/** The role of a schedule, and the policy that must exist before the schedule. */
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
  // The role is created by this app, so it accepts the policy.
  const policy = attachPolicy(scope, 'Policy', role, 'role of a schedule', [
    ...props.statements,
    kmsViaService(scope, encryptionKey, 'sqs', KEY_READ_WRITE_ACTIONS),
    // The service calls KMS directly with this role, so the request has no `kms:ViaService`.
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
