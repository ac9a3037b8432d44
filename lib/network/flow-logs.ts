import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Aws, Fn, Names, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { allowLogs } from '../encryption/key-statements';
import { logCallerStatements } from '../encryption/log-caller-statements';
import { LOG_STREAM_ACTIONS } from '../identity/perms';

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
    const prefix = `/bma/network/${Names.uniqueResourceName(this, { separator: '-', maxLength: 200 })}-`;
    // The group is retained. A name that repeats would block the next deployment of a deleted stack, so it ends in the
    // first part of the stack's own unique id; the key policy names the prefix, because it must not depend on the group.
    const stackUuid = Fn.select(2, Fn.split('/', Aws.STACK_ID));
    const logGroupName = `${prefix}${Fn.select(0, Fn.split('-', stackUuid))}`;
    allowLogs(props.encryptionKey, this, `${prefix}*`);
    this.logGroup = new logs.LogGroup(this, 'LogGroup', {
      logGroupName,
      encryptionKey: props.encryptionKey,
      retention: props.retention,
      removalPolicy: RemovalPolicy.RETAIN,
    });

    const { partition, region, account } = Stack.of(this);
    const role = new iam.Role(this, 'Role', {
      description: `Delivers the flow logs of ${this.node.path}`,
      // CDK's own role trusts the service on behalf of anybody.
      assumedBy: new iam.ServicePrincipal('vpc-flow-logs.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': `arn:${partition}:ec2:${region}:${account}:vpc-flow-log/*` },
        },
      }),
    });
    const policy = new iam.ManagedPolicy(this, 'Policy', {
      description: `Writing the flow logs of ${this.node.path}, nothing else`,
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
