import * as path from 'path';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Aws, type Duration, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { logCallerStatements } from '../encryption/log-caller-statements';
import { attachPolicy } from '../identity/attach-policy';
import {
  FUNCTION_LOG_ACTIONS,
  FUNCTION_NETWORK_ACTIONS,
  KEY_READ_ACTIONS,
  RESOURCELESS_ACTIONS,
} from '../identity/perms';
import { reviewedWildcard } from '../identity/reviewed-wildcard';
import type { IAgentNetwork } from '../network';
import { keyThrough } from './key-through';
import { reviewedFolders } from './reviewed-folders';

/** Bundled at build time: `assets/handlers/<name>/index.js`. Same depth from lib/ and build/. */
const HANDLERS = path.join(__dirname, '..', '..', 'assets', 'handlers');

/** What the functions of one workflow share. */
export interface TurnFunctionSetting {
  readonly encryptionKey: kms.IKey;
  readonly logRetention: logs.RetentionDays;
  /** Prefix of the names of the log groups, already opened in the key policy. */
  readonly logPrefix: string;
  readonly environment: { [name: string]: string };
}

export interface TurnFunctionProps extends TurnFunctionSetting {
  /** Directory of the bundle. */
  readonly code: string;
  readonly description: string;
  readonly timeout: Duration;
  readonly memoryMegabytes: number;
  /** What the function may do beside writing its logs and reading its own variables. */
  readonly statements: iam.PolicyStatement[];
  /** Where it runs. Absent: outside any VPC. */
  readonly placement?: { readonly network: IAgentNetwork; readonly securityGroup: ec2.ISecurityGroup };
}

/** A function of the workflow: bundled code on arm64 and a role that holds nothing but the statements given here. */
export class TurnFunction extends Construct {
  public readonly function: lambda.Function;
  public readonly role: iam.Role;
  public readonly logGroup: logs.LogGroup;

  constructor(scope: Construct, id: string, props: TurnFunctionProps) {
    super(scope, id);
    const { encryptionKey, placement } = props;
    // The group outlives the stack, so its name ends in the stack's own unique id.
    const logGroupName = `${props.logPrefix}${props.code}-${Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID))))}`;
    this.logGroup = new logs.LogGroup(this, 'Logs', {
      logGroupName,
      encryptionKey,
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.role = new iam.Role(this, 'Role', {
      description: props.description,
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    });
    const { partition, region, account } = Stack.of(this);
    const streams = `arn:${partition}:logs:${region}:${account}:log-group:${this.logGroup.logGroupName}:*`;
    const policy = attachPolicy(this, 'Policy', this.role, 'role of a function', [
      new iam.PolicyStatement({ sid: 'WriteOwnLogGroup', actions: FUNCTION_LOG_ACTIONS, resources: [streams] }),
      ...logCallerStatements(this, encryptionKey, logGroupName, 'write'),
      keyThrough(this, encryptionKey, 'lambda', KEY_READ_ACTIONS),
      ...(placement ? networkInterfaceStatements() : []),
      ...props.statements,
    ])!;
    reviewedFolders(policy, props.statements);
    reviewedWildcard(policy, streams, 'Lambda chooses the names of log streams; the log group is exact.');
    if (placement) {
      reviewedWildcard(policy, '*', RESOURCELESS_ACTIONS['ec2:CreateNetworkInterface']);
    }
    this.function = new lambda.Function(this, 'Function', {
      description: props.description,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(path.join(HANDLERS, props.code)),
      memorySize: props.memoryMegabytes,
      timeout: props.timeout,
      role: this.role.withoutPolicyUpdates(),
      logGroup: this.logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      environment: props.environment,
      environmentEncryption: encryptionKey,
      ...(placement
        ? {
            vpc: placement.network.vpc,
            vpcSubnets: { subnets: placement.network.subnets },
            securityGroups: [placement.securityGroup],
          }
        : {}),
    });
    if (placement) {
      this.denyNetworkInterfacesToOwnCode();
    }
    // Lambda checks the permissions of the role when it makes the function.
    this.function.node.addDependency(policy);
  }

  /**
   * Lambda needs the role's permissions for network interfaces; the code in the function does not. A policy of its own,
   * because it names the function, which needs the other policy first.
   *
   * Source: docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html (lambda:SourceFunctionArn)
   */
  private denyNetworkInterfacesToOwnCode(): void {
    attachPolicy(this, 'OwnCodePolicy', this.role, 'role of a function', [
      new iam.PolicyStatement({
        sid: 'NotFromInsideTheFunction',
        effect: iam.Effect.DENY,
        actions: FUNCTION_NETWORK_ACTIONS,
        // A denial is meant to cover everything.
        resources: ['*'],
        conditions: { ArnEquals: { 'lambda:SourceFunctionArn': this.function.functionArn } },
      }),
    ]);
  }
}

function networkInterfaceStatements(): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      sid: 'NetworkInterfacesOfLambda',
      actions: FUNCTION_NETWORK_ACTIONS,
      // See RESOURCELESS_ACTIONS in perms.ts.
      resources: ['*'],
    }),
  ];
}
