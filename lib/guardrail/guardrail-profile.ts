import { Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { BMA_REGIONS } from '../facts/bma-regions';
import { GUARDRAIL_LIMITS } from '../facts/guardrail-limits';
import { GUARDRAIL_PROFILES } from '../facts/guardrail-profiles';
import { InputError, requireInput, requirePattern } from '../validation/input-error';
import { checkInputsOf } from '../validation/checked-inputs';

/**
 * A guardrail profile: the Regions of one geography in which AWS may evaluate a guardrail of the STANDARD tier.
 *
 * Source: docs.aws.amazon.com/bedrock/latest/userguide/guardrails-cross-region.html
 */
export class GuardrailProfile {
  static {
    checkInputsOf(this, 'GuardrailProfile');
  }

  /**
   * A profile by its id, for a Region that this library does not know yet or to choose another geography.
   *
   * @param profileId for example `us.guardrail.v1:0`
   * @param destinationRegions every Region that the profile routes to from the Region of the guardrail; callers that
   * apply the guardrail need permission in each of them
   * @throws InputError when the id has another form or there is no Region.
   */
  public static of(profileId: string, destinationRegions: string[]): GuardrailProfile {
    requirePattern(
      'GuardrailProfile.of',
      'profileId',
      profileId,
      GUARDRAIL_LIMITS.profileIdPattern,
      "an id such as 'us.guardrail.v1:0'",
      'pass the last part of the profile ARN',
    );
    requireInput(Token.isUnresolved(destinationRegions) || destinationRegions.length > 0, 'GuardrailProfile.of', {
      input: 'destinationRegions',
      value: destinationRegions,
      allowed: 'at least one Region',
      fix: 'copy them from the AWS page on cross-Region guardrail inference',
    });
    return new GuardrailProfile(profileId, destinationRegions);
  }

  /**
   * The profile of AWS for a Region, with the published destinations.
   *
   * @param region for example `us-east-1`
   * @throws InputError when AWS lists no profile for the Region.
   */
  public static forRegion(region: string): GuardrailProfile {
    return profileOf(region, 'GuardrailProfile.forRegion');
  }

  private constructor(
    /** Id of the profile. */
    public readonly profileId: string,
    /** Regions the profile routes to. */
    public readonly destinationRegions: string[],
  ) {}

  /** @internal */
  public static _known(profileId: string, destinationRegions: readonly string[]): GuardrailProfile {
    return new GuardrailProfile(profileId, [...destinationRegions]);
  }
}

/**
 * The default profile. It can also be chosen if the Region is known only at deployment, because AWS has one profile
 * with the same destinations for every Region of Managed Agents.
 */
export function defaultProfile(scope: IConstruct, region: string): GuardrailProfile {
  if (!Token.isUnresolved(region)) {
    return profileOf(region, scope);
  }
  const profiles = BMA_REGIONS.map((known) => profileOf(known, scope));
  const same = new Set(
    profiles.map(({ profileId, destinationRegions }) => `${profileId} ${destinationRegions.join()}`),
  );
  requireInput(same.size === 1, scope, {
    input: 'profile',
    value: undefined,
    allowed: 'a GuardrailProfile, because the Region of the stack is not known',
    fix: 'give the stack an env, or pass GuardrailProfile.forRegion(...)',
  });
  return profiles[0];
}

function profileOf(region: string, where: IConstruct | string): GuardrailProfile {
  const fact = GUARDRAIL_PROFILES.find(({ destinations }) => region in destinations);
  if (!fact) {
    throw new InputError(where, {
      input: 'the Region of the guardrail',
      value: region,
      allowed: `${GUARDRAIL_PROFILES.flatMap(({ destinations }) => Object.keys(destinations)).join(', ')}`,
      fix: 'pass profile: GuardrailProfile.of(...), or tier: GuardrailTier.CLASSIC',
    });
  }
  return GuardrailProfile._known(fact.id, fact.destinations[region]);
}
