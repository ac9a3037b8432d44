import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { attachPolicy } from '../identity/attach-policy';
import { FUNCTION_INVOKE_ACTIONS } from '../identity/perms';
import type { TurnFunction } from './turn-function';

/** Once a day the function that deletes sessions runs. A run that fails is made good by the next one. */
export class SessionExpiry extends Construct {
  constructor(scope: Construct, id: string, handler: TurnFunction, encryptionKey: kms.IKey) {
    super(scope, id);
    const role = new iam.Role(this, 'Role', {
      description: 'EventBridge Scheduler runs the deletion of sessions',
      assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    const policy = attachPolicy(this, 'Policy', role, 'role of a schedule', [
      new iam.PolicyStatement({
        sid: 'RunDeletion',
        actions: FUNCTION_INVOKE_ACTIONS,
        resources: [handler.function.functionArn],
      }),
      new iam.PolicyStatement({
        sid: 'ReadSchedule',
        actions: ['kms:Decrypt'],
        resources: [encryptionKey.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `scheduler.${Stack.of(this).region}.amazonaws.com` } },
      }),
    ]);
    const schedule = new scheduler.CfnSchedule(this, 'Schedule', {
      description: 'Deletes sessions whose retention is over',
      scheduleExpression: 'rate(1 day)',
      flexibleTimeWindow: { mode: 'FLEXIBLE', maximumWindowInMinutes: 60 },
      kmsKeyArn: encryptionKey.keyArn,
      target: {
        arn: handler.function.functionArn,
        roleArn: role.roleArn,
        input: '{}',
        retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 3 },
      },
    });
    schedule.node.addDependency(policy!);
  }
}
