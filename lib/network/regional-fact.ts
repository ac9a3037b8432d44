import { Aws, CfnMapping, Stack, Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { BMA_REGIONS } from '../facts/bma-regions';
import { requireInput } from '../validation/input-error';

/** Id of the mapping with the values per Region; one per stack. */
const MAPPING_ID = 'AgentNetworkRegions';

/**
 * A value that differs by Region: a literal if the Region is known at synth, otherwise a look-up in a CloudFormation
 * mapping of the stack that uses the value (so that stacks don't depend on each other).
 *
 * @param name alphanumeric name of the fact inside the mapping
 */
export function regionalFact(scope: IConstruct, name: string, byRegion: Readonly<Record<string, string>>): string {
  const stack = Stack.of(scope);
  const { region } = stack;
  if (!Token.isUnresolved(region)) {
    requireRegion(scope);
    return byRegion[region];
  }
  const mapping = (stack.node.tryFindChild(MAPPING_ID) as CfnMapping | undefined) ?? new CfnMapping(stack, MAPPING_ID);
  for (const [key, value] of Object.entries(byRegion)) {
    mapping.setValue(key, name, value);
  }
  return mapping.findInMap(Aws.REGION, name);
}

/**
 * Refuses a Region without Managed Agents: a `bedrock-mantle` endpoint works only in its own Region. Tokens are
 * accepted.
 */
export function requireRegion(scope: IConstruct): void {
  const { region } = Stack.of(scope);
  requireInput(Token.isUnresolved(region) || BMA_REGIONS.includes(region), scope, {
    input: 'the Region of the stack',
    value: region,
    allowed: `${BMA_REGIONS.join(', ')} (where Amazon Bedrock Managed Agents is offered)`,
    fix: 'deploy the stack to one of these Regions',
  });
}
