import type { Conditions } from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/**
 * Trust conditions that prevent a service from assuming a role on behalf of another customer (the confused-deputy
 * problem): only for this account, and only for resources of this Region.
 *
 * AWS documents `arn:…:bedrock-mantle:*:ACCOUNT:*`; this library adds the Region, because the role is for one Runtime.
 */
export function confinedToThisRegion(scope: IConstruct, service: 'bedrock-mantle' | 'bedrock-agentcore'): Conditions {
  const { partition, region, account } = Stack.of(scope);
  return {
    StringEquals: { 'aws:SourceAccount': account },
    ArnLike: { 'aws:SourceArn': `arn:${partition}:${service}:${region}:${account}:*` },
  };
}
