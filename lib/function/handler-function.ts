import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { type Duration, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { logCallerStatements } from '../encryption/log-caller-statements';
import { attachPolicy } from '../identity/attach-policy';
import { FUNCTION_LOG_ACTIONS, KEY_READ_ACTIONS } from '../identity/perms';
import { acknowledgeIam5 } from '../identity/acknowledge-iam5';
import type { HandlerCode } from './handler-code';
import { functionLogGroup } from './log-group';
import { kmsViaService } from './kms-via-service';

export interface HandlerFunctionProps {
  readonly description: string;
  readonly code: HandlerCode;
  readonly environment: { [name: string]: string };
  readonly encryptionKey: kms.IKey;
  readonly logRetention: logs.RetentionDays;
  /**
   * Prefix of the log group's name, which the key policy already allows.
   *
   * @default - a unique name below /bma/trigger/, added to the key policy
   */
  readonly logPrefix?: string;
  /** Permissions of the function in addition to writing its logs and reading its variables. */
  readonly statements: iam.PolicyStatement[];
  readonly timeout: Duration;
  /** @default 512 */
  readonly memoryMegabytes?: number;
  /** @default - outside any VPC */
  readonly placement?: {
    readonly vpc: ec2.IVpc;
    readonly vpcSubnets: ec2.SubnetSelection;
    readonly securityGroups: ec2.ISecurityGroup[];
  };
  readonly reservedConcurrentExecutions?: number;
}

/**
 * A function of this library: bundled code on arm64, a role with only the given policy statements, and a log group
 * under the customer-managed key.
 */
export class HandlerFunction extends Construct {
  public readonly function: lambda.Function;
  public readonly role: iam.Role;
  public readonly logGroup: logs.LogGroup;
  public readonly policy: Construct;

  constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    super(scope, id);
    const { encryptionKey } = props;
    this.role = new iam.Role(this, 'Role', {
      description: props.description,
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    });
    this.logGroup = functionLogGroup(this, {
      prefix: props.logPrefix ?? '/bma/trigger/',
      admitted: props.logPrefix !== undefined,
      writer: this.role,
      encryptionKey,
      retention: props.logRetention,
    });
    const { partition, region, account } = Stack.of(this);
    const streams = `arn:${partition}:logs:${region}:${account}:log-group:${this.logGroup.logGroupName}:*`;
    // The role is created by this app, so it accepts the policy.
    this.policy = attachPolicy(this, 'Policy', this.role, 'role of a function', [
      new iam.PolicyStatement({ sid: 'WriteOwnLogGroup', actions: FUNCTION_LOG_ACTIONS, resources: [streams] }),
      ...logCallerStatements(this, encryptionKey, this.logGroup.logGroupName, 'write'),
      kmsViaService(this, encryptionKey, 'lambda', KEY_READ_ACTIONS),
      ...props.statements,
    ])!;
    acknowledgeIam5(this.policy, streams, 'Lambda chooses the names of log streams; the log group is exact.');

    this.function = new lambda.Function(this, 'Function', {
      description: props.description,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      ...props.code,
      memorySize: props.memoryMegabytes ?? 512,
      timeout: props.timeout,
      role: this.role.withoutPolicyUpdates(),
      logGroup: this.logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      environment: props.environment,
      environmentEncryption: encryptionKey,
      reservedConcurrentExecutions: props.reservedConcurrentExecutions,
      ...props.placement,
    });
    // Without this dependency, the function could start before its policy, and its first events would fail.
    this.function.node.addDependency(this.policy);
  }
}
