import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { attachPolicy } from '../identity/attach-policy';
import { FUNCTION_NETWORK_ACTIONS, RESOURCELESS_ACTIONS } from '../identity/perms';
import { acknowledgeIam5 } from '../identity/acknowledge-iam5';
import type { IAgentNetwork } from '../network';
import { handlerCode } from '../function/handler-code';
import { HandlerFunction } from '../function/handler-function';
import { reviewedFolders } from './reviewed-folders';

/** Common settings of the functions of one workflow. */
export interface TurnFunctionSetting {
  readonly encryptionKey: kms.IKey;
  readonly logRetention: logs.RetentionDays;
  /**
   * Prefix of the names of the log groups, which the key policy already allows.
   *
   * @default - the name of a log group follows from the path of its function
   */
  readonly logPrefix?: string;
}

export interface TurnFunctionProps extends TurnFunctionSetting {
  /** Directory of the bundle. */
  readonly code: string;
  readonly environment: { [name: string]: string };
  /** Files that are published with the code. */
  readonly files?: { [file: string]: string };
  readonly description: string;
  readonly timeout: Duration;
  readonly memoryMegabytes: number;
  /** Permissions of the function in addition to writing its logs and reading its variables. */
  readonly statements: iam.PolicyStatement[];
  /** Its network. Absent: outside any VPC. */
  readonly placement?: { readonly network: IAgentNetwork; readonly securityGroup: ec2.ISecurityGroup };
}

/** A function of the workflow. It runs in the network of the agent if it calls Managed Agents. */
export class TurnFunction extends HandlerFunction {
  constructor(scope: Construct, id: string, props: TurnFunctionProps) {
    const { placement, statements } = props;
    super(scope, id, {
      description: props.description,
      code: handlerCode(props.code, props.files),
      environment: props.environment,
      encryptionKey: props.encryptionKey,
      logRetention: props.logRetention,
      logPrefix: props.logPrefix && `${props.logPrefix}${props.code}-`,
      timeout: props.timeout,
      memoryMegabytes: props.memoryMegabytes,
      statements: [...(placement ? networkInterfaceStatements() : []), ...statements],
      placement: placement && {
        vpc: placement.network.vpc,
        vpcSubnets: { subnets: placement.network.subnets },
        securityGroups: [placement.securityGroup],
      },
    });
    reviewedFolders(this.policy, statements);
    if (placement) {
      acknowledgeIam5(this.policy, '*', RESOURCELESS_ACTIONS['ec2:CreateNetworkInterface']);
      this.denyNetworkInterfacesToOwnCode();
    }
  }

  /**
   * Lambda needs the role's permissions for network interfaces; the code of the function doesn't. This is a separate
   * policy, because it names the function, which needs the other policy first.
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
