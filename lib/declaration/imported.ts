import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { isImported, unreadableRecord } from './records';
import { declare } from './write';

/** Declares an imported VPC. */
export function declareImportedVpc(taker: IConstruct, vpc: ec2.IVpc): void {
  declareImported(taker, vpc, 'VPC', vpc.vpcId);
}

/** Declares an imported role. */
export function declareImportedRole(taker: IConstruct, role: IRole, purpose: string): void {
  declareImported(taker, role, purpose, role.roleArn);
}

/** Declares an imported trail. */
export function declareImportedTrail(trail: IConstruct, trailArn: string): void {
  declareImported(trail, trail, 'audit trail', trailArn, [trailArn]);
}

/** Declares an imported guardrail, by its ARN and its id. */
export function declareImportedGuardrail(guardrail: IConstruct, arn: string, guardrailId: string): void {
  declareImported(guardrail, guardrail, 'guardrail', arn, [arn, guardrailId]);
}

function declareImported(
  taker: IConstruct,
  subject: IConstruct,
  what: string,
  id: string,
  names?: readonly string[],
): void {
  if (isImported(id)) {
    const name = Token.isUnresolved(id) ? subject.node.path : id;
    const reason = `The ${what} ${name} was imported by ${taker.node.path} and isn't part of this app`;
    declare(taker, unreadableRecord(subject, { reason }, names));
  }
}
