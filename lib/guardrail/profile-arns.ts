import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import type { GuardrailProfile } from './guardrail-profile';

/** Account and Region of the guardrail, if they aren't those of its scope's stack. */
export interface ProfileOwner {
  readonly partition?: string;
  readonly account?: string;
}

/** ARN of a profile in the Region of the scope's stack. */
export function profileArn(scope: IConstruct, profile: GuardrailProfile): string {
  return arnIn(scope, profile, Stack.of(scope).region);
}

/**
 * ARNs of a profile in each Region that it routes to. `bedrock:ApplyGuardrail` is authorized on them in addition to the
 * guardrail.
 */
export function profileArns(scope: IConstruct, profile: GuardrailProfile, owner: ProfileOwner = {}): string[] {
  return profile.destinationRegions.map((region) => arnIn(scope, profile, region, owner));
}

function arnIn(scope: IConstruct, profile: GuardrailProfile, region: string, owner: ProfileOwner = {}): string {
  return Stack.of(scope).formatArn({
    ...owner,
    service: 'bedrock',
    region,
    resource: 'guardrail-profile',
    resourceName: profile.profileId,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
}
