import { CfnResourcePolicy } from 'aws-cdk-lib/aws-bedrockagentcore';
import { Effect, PolicyDocument, PolicyStatement, AnyPrincipal, ArnPrincipal } from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { RUNTIME_POLICY_ACTIONS } from '../facts/agentcore-limits';
import { RUNTIME_DRIVE_ACTIONS } from '../identity/perms';

/**
 * Resource policy that allows one role to call a Runtime (or its endpoint) and denies every other principal, including
 * principals of the same account whose own policies allow the call.
 *
 * The documented pattern that denies callers outside the VPC is not used: BMA invokes the Runtime from the AWS side
 * with the session role, so it would deny BMA.
 *
 * Source: docs.aws.amazon.com/bedrock-agentcore/latest/devguide/resource-based-policies.html. The resource must be the
 * exact ARN that the policy is attached to.
 */
export function admitOnly(scope: Construct, id: string, resourceArn: string, roleArn: string): CfnResourcePolicy {
  const document = new PolicyDocument({
    statements: [
      new PolicyStatement({
        sid: 'SessionRoleDrivesTheRuntime',
        principals: [new ArnPrincipal(roleArn)],
        actions: RUNTIME_DRIVE_ACTIONS,
        resources: [resourceArn],
      }),
      new PolicyStatement({
        sid: 'NobodyElse',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: [...RUNTIME_POLICY_ACTIONS],
        resources: [resourceArn],
        conditions: { ArnNotEquals: { 'aws:PrincipalArn': roleArn } },
      }),
    ],
  });
  return new CfnResourcePolicy(scope, id, { resourceArn, policy: Stack.of(scope).toJsonString(document.toJSON()) });
}
