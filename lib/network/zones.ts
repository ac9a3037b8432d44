import { Stack, Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { AGENTCORE_ZONE_IDS } from '../facts/bma-regions';
import { requireInput, requirePattern, requireWholeNumber } from '../validation/input-error';
import { regionalFact } from './regional-fact';
import { checkInputsOf } from '../validation/checked-inputs';

/** Maximum number of Availability Zones of a network: AgentCore supports three per BMA Region. */
export const MAX_ZONES = 3;

/** @internal The zone of one subnet: exactly one of `zoneId` and `zoneName` is set. */
export interface ZonePlacement {
  /** Index of this zone's address range, from 0. */
  readonly slot: number;
  readonly zoneId?: string;
  readonly zoneName?: string;
}

/**
 * The Availability Zones of a network. AgentCore places Runtimes only in certain zones, which it documents by zone *id*
 * (`use1-az1`); the zone *name* (`us-east-1a`) behind an id differs between accounts.
 */
export class AgentNetworkZones {
  static {
    checkInputsOf(this, 'AgentNetworkZones');
  }

  /**
   * The first zones that AgentCore supports in the Region, chosen by id, which works in every account.
   * @param count 1 to 3; one zone is cheaper and has no redundancy
   */
  public static count(count: number): AgentNetworkZones {
    requireWholeNumber(WHERE, 'count', count, 1, MAX_ZONES, 'Availability Zones');
    return new AgentNetworkZones((scope) =>
      Array.from({ length: count }, (_, index) => ({
        slot: index,
        zoneId: regionalFact(scope, `AgentCoreZone${index + 1}`, zoneOfEveryRegion(index)),
      })),
    );
  }

  /**
   * These zones, by id. They are compared with the zones that AgentCore supports. The address range of a zone doesn't
   * depend on its position or on other zones, so zones can be added, removed and reordered.
   * @param zoneIds for example `['use1-az1', 'use1-az4']`
   */
  public static ids(zoneIds: string[]): AgentNetworkZones {
    requireDistinct('zoneIds', zoneIds);
    return new AgentNetworkZones((scope) => {
      requireSupportedZoneIds(scope, 'zoneIds', zoneIds);
      return withSlots(zoneIds);
    });
  }

  /**
   * These zones, by name. The id of a name in your account can't be checked at synth: compare with `aws ec2
   * describe-availability-zones` and the list in docs/network.md, or use `ids`. Address ranges follow the order of the
   * names: add a name at the end, and leave the others where they are. Of a deployed network, neither another name at
   * the same position nor a change to `ids` or `count` can be deployed.
   * @param zoneNames for example `['us-east-1a', 'us-east-1b']`
   */
  public static names(zoneNames: string[]): AgentNetworkZones {
    requireDistinct('zoneNames', zoneNames);
    return new AgentNetworkZones((scope) => {
      const { region } = Stack.of(scope);
      for (const zoneName of zoneNames) {
        requirePattern(
          scope,
          'zoneNames',
          zoneName,
          Token.isUnresolved(region) ? /^[a-z]{2}(-[a-z]+)+-\d[a-z]$/ : new RegExp(`^${region}[a-z]$`),
          Token.isUnresolved(region) ? 'Availability Zone names' : `Availability Zone names of ${region}`,
          "pass for example 'us-east-1a', or ids with AgentNetworkZones.ids",
        );
      }
      return zoneNames.map((zoneName, slot) => ({ slot, zoneName }));
    });
  }

  private constructor(private readonly place: (scope: IConstruct) => ZonePlacement[]) {}

  /** @internal */
  public _place(scope: IConstruct): ZonePlacement[] {
    return this.place(scope);
  }
}

const WHERE = 'AgentNetworkZones';

/** Refuses zones in which AgentCore cannot place a Runtime; unresolved tokens pass. */
export function requireSupportedZoneIds(scope: IConstruct, input: string, zoneIds: string[]): void {
  const { region } = Stack.of(scope);
  const supported = Token.isUnresolved(region) ? Object.values(AGENTCORE_ZONE_IDS).flat() : AGENTCORE_ZONE_IDS[region];
  for (const zoneId of zoneIds) {
    requireInput(Token.isUnresolved(zoneId) || supported.includes(zoneId), scope, {
      input,
      value: zoneId,
      allowed: `zones that AgentCore supports: ${supported.join(', ')}`,
      fix: 'choose one of these, or AgentNetworkZones.count(2)',
    });
  }
}

function requireDistinct(input: string, zones: string[]): void {
  requireInput(zones.length >= 1 && zones.length <= MAX_ZONES && new Set(zones).size === zones.length, WHERE, {
    input,
    value: zones,
    allowed: `1 to ${MAX_ZONES} different Availability Zones`,
    fix: 'name each zone once',
  });
}

/**
 * The same indexes as with `count`, so that a change between the two forms doesn't move a subnet. Tokens have the order
 * of the list.
 */
function withSlots(zoneIds: string[]): ZonePlacement[] {
  const slots = zoneIds.map((zoneId) => Object.values(AGENTCORE_ZONE_IDS).map((ids) => ids.indexOf(zoneId)));
  const known = slots.map((positions) => Math.max(...positions));
  const inOrder = known.includes(-1) || new Set(known).size !== known.length;
  return zoneIds.map((zoneId, index) => ({ slot: inOrder ? index : known[index], zoneId }));
}

function zoneOfEveryRegion(index: number): Record<string, string> {
  return Object.fromEntries(Object.entries(AGENTCORE_ZONE_IDS).map(([region, ids]) => [region, ids[index]]));
}
