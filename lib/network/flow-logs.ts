import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { logCallerStatements } from '../encryption/log-caller-statements';
import { LOG_STREAM_ACTIONS } from '../identity/perms';
import { retainedLogGroup } from './retained-log-group';

export interface FlowLogsProps {
  readonly vpc: ec2.IVpc;
  readonly encryptionKey: kms.IKey;
  readonly retention: logs.RetentionDays;
}

/** Records every connection of a VPC in an encrypted log group that outlives the stack. */
export class FlowLogs extends Construct {
  public readonly logGroup: logs.ILogGroup;

  constructor(scope: Construct, id: string, props: FlowLogsProps) {
    super(scope, id);
    // Construct ids may contain characters that IAM refuses in descriptions.
    const path = this.node.path.replace(/[^ -~]/g, '?');
    const { logGroup, logGroupName } = retainedLogGroup(
      this,
      'network',
      props.vpc.vpcId,
      props.encryptionKey,
      props.retention,
    );
    this.logGroup = logGroup;

    const { partition, region, account } = Stack.of(this);
    const role = new iam.Role(this, 'Role', {
      description: `Delivers the flow logs of ${path}`,
      // CDK's default role trusts the service on behalf of any account.
      assumedBy: new iam.ServicePrincipal('vpc-flow-logs.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': `arn:${partition}:ec2:${region}:${account}:vpc-flow-log/*` },
        },
      }),
    });
    const policy = new iam.ManagedPolicy(this, 'Policy', {
      description: `Writing the flow logs of ${path}, nothing else`,
      statements: [
        new iam.PolicyStatement({ actions: LOG_STREAM_ACTIONS, resources: [this.logGroup.logGroupArn] }),
        ...logCallerStatements(this, props.encryptionKey, logGroupName, 'write'),
      ],
      roles: [role],
    });
    const flowLog = new ec2.FlowLog(this, 'FlowLog', {
      resourceType: ec2.FlowLogResourceType.fromVpc(props.vpc),
      trafficType: ec2.FlowLogTrafficType.ALL,
      destination: ec2.FlowLogDestination.toCloudWatchLogs(this.logGroup, role.withoutPolicyUpdates()),
    });
    flowLog.node.addDependency(policy);
  }
}
