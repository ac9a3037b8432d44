import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { allowLogs } from '../encryption/key-statements';
import { creationId } from '../identity/creation-id';
import { protectionIfRetained, REMOVAL, removalPolicy } from '../lifecycle/removal';
import { acknowledgeIam5 } from '../identity/acknowledge-iam5';
import { logCallerStatements } from '../encryption/log-caller-statements';

/** Settings of the delivery. */
interface TrailLogDeliveryProps {
  readonly trailName: string;
  /** Part of the name of the log group. It doesn't change with the name of the trail, so the log group stays. */
  readonly uniqueName: string;
  readonly encryptionKey: kms.IKey;
  readonly retention: logs.RetentionDays;
}

/**
 * Delivery of a trail to CloudWatch Logs, which the alarms need: the log group, and the role with which CloudTrail
 * writes to it.
 */
export class TrailLogDelivery extends Construct {
  public readonly logGroup: logs.LogGroup;
  public readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: TrailLogDeliveryProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const { trailName, uniqueName, encryptionKey } = props;

    // No aws:SourceArn here: according to one report, CloudTrail doesn't send it and the delivery stops (
    // github.com/prowler-cloud/prowler/issues/4714). Only this account can pass the role to a trail, with iam:PassRole.
    this.role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('cloudtrail.amazonaws.com'),
      description: `CloudTrail writes the trail ${trailName} to CloudWatch Logs`,
    });
    // The key policy names the log group, so this library chooses the name. The log group outlives the stack, and a
    // rollback of the deployment that created it.
    allowLogs(encryptionKey, this, `/aws/cloudtrail/${uniqueName}/*`);
    this.logGroup = new logs.LogGroup(this, 'LogGroup', {
      logGroupName: `/aws/cloudtrail/${uniqueName}/${creationId(this.role)}`,
      encryptionKey,
      retention: props.retention,
      removalPolicy: removalPolicy(this, REMOVAL.trailLogGroup),
    });

    const group = this.logGroup.node.defaultChild as logs.CfnLogGroup;
    group.deletionProtectionEnabled = protectionIfRetained(group);

    // CloudTrail numbers the streams of a busy trail (…_2, …_3), hence the asterisk.
    const streams = stack.formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: `${this.logGroup.logGroupName}:log-stream:${stack.account}_CloudTrail_${stack.region}*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const policy = new iam.ManagedPolicy(this, 'Policy', {
      description: `Write the log streams of the trail ${trailName}`,
      roles: [this.role],
      statements: [
        new iam.PolicyStatement({
          actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          resources: [streams],
        }),
        ...logCallerStatements(this, encryptionKey, this.logGroup.logGroupName, 'write'),
      ],
    });
    acknowledgeIam5(policy, streams, 'CloudTrail numbers the log streams of a busy trail; the log group is exact.');
  }
}
