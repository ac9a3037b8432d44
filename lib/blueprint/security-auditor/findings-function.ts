import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { type Duration, Names } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { allowLogs } from '../../encryption/key-statements';
import type { IAgentNetwork } from '../../network';
import { TurnFunction } from '../../workflow/turn-function';

export interface FindingsFunctionProps {
  /** Directory of the bundle. */
  readonly code: string;
  /** Files that are published with the code. */
  readonly files?: { [file: string]: string };
  readonly description: string;
  readonly network: IAgentNetwork;
  readonly encryptionKey: kms.IKey;
  readonly logRetention: logs.RetentionDays;
  readonly environment: { [name: string]: string };
  readonly timeout: Duration;
  readonly statements: iam.PolicyStatement[];
}

/**
 * A function that processes findings, which quote code. It runs in the network of the agent and can reach only its
 * endpoints.
 */
export function findingsFunction(scope: Construct, props: FindingsFunctionProps): TurnFunction {
  const { network, encryptionKey } = props;
  const securityGroup = new ec2.SecurityGroup(scope, 'Group', {
    vpc: network.vpc,
    description: `${props.description}: only to the endpoints of the network`,
    allowAllOutbound: false,
  });
  network.connect(securityGroup);
  const logPrefix = `/bma/audit/${Names.uniqueResourceName(scope, { maxLength: 200, separator: '-' })}-`;
  allowLogs(encryptionKey, scope, `${logPrefix}*`);
  return new TurnFunction(scope, 'Handler', {
    ...props,
    logPrefix,
    memoryMegabytes: 512,
    placement: { network, securityGroup },
  });
}
