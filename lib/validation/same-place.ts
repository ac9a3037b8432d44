import { Arn, ArnFormat, CfnElement, Stack, Token, TokenComparison } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { requireInput } from './refused-input';

/** A resource that must be in the account and Region of the construct that uses it. */
export interface PlacedInput {
  /** Name of the prop or argument. */
  readonly input: string;
  /** Its kind, with an article: `a network`. */
  readonly what: string;
  /** The construct, if it is one. */
  readonly construct?: IConstruct;
  /** Its ARN. A literal ARN decides, because an imported resource gets the environment of its stack. */
  readonly arn?: string;
  /** The fix. */
  readonly fix: string;
  /** Set where only the account must be the same. */
  readonly anyRegion?: boolean;
  /** Set where only the Region must be the same. */
  readonly anyAccount?: boolean;
}

interface Place {
  readonly account: string;
  readonly region: string;
}

/**
 * Refuses a resource in another account or Region. Without this check, the deployment would fail, or the CDK would
 * throw an error about cross-environment references without the name of the input.
 */
export function requireSamePlace(scope: IConstruct, given: PlacedInput, where: IConstruct | string = scope): void {
  const here = Stack.of(scope);
  const there = placeOf(given, here);
  const same =
    (given.anyAccount || isSame(there.account, here.account, given.construct, here)) &&
    (given.anyRegion || isSame(there.region, here.region, given.construct, here));
  requireInput(same, where, {
    input: given.input,
    value: `${given.construct?.node.path ?? given.arn} in ${text(there, given)}`,
    allowed: `${given.what} in ${text(here, given)}`,
    fix: given.fix,
  });
}

/** Whether a construct is known to be in another Region than its user, or CDK can't reference it from there. */
export function isInAnotherRegion(scope: IConstruct, construct: IConstruct, arn?: string): boolean {
  const here = Stack.of(scope);
  return !isSame(placeOf({ construct, arn }, here).region, here.region, construct, here);
}

function placeOf({ construct, arn }: Pick<PlacedInput, 'construct' | 'arn'>, here: Stack): Place {
  const own = construct ? ((construct as { env?: Place }).env ?? Stack.of(construct)) : here;
  if (arn === undefined || !/^arn:/.test(arn)) {
    return own;
  }
  const { account, region } = Arn.split(arn, ArnFormat.NO_RESOURCE_NAME);
  // Some ARNs contain neither, for example those of buckets. A token is unknown.
  const literal = (part: string | undefined, otherwise: string) =>
    part && !Token.isUnresolved(part) ? part : otherwise;
  return { account: literal(account, own.account), region: literal(region, own.region) };
}

function isSame(there: string, here: string, construct: IConstruct | undefined, stack: Stack): boolean {
  switch (Token.compareStrings(there, here)) {
    case TokenComparison.SAME:
    case TokenComparison.BOTH_UNRESOLVED:
      return true;
    case TokenComparison.ONE_UNRESOLVED:
      // CDK can reference resources of another stack only if both stacks have the same environment, or neither has one.
      return construct === undefined || Stack.of(construct) === stack || isImported(construct);
    default:
      return false;
  }
}

/** An imported resource has literal names, which are valid in every environment. */
export function isImported(construct: IConstruct): boolean {
  return !construct.node.findAll().some((child) => CfnElement.isCfnElement(child));
}

function text({ account, region }: Place, { anyRegion, anyAccount }: PlacedInput): string {
  const known = (part: string, otherwise: string) => (Token.isUnresolved(part) ? otherwise : part);
  const inAccount = known(account, 'the account of the deployment');
  const inRegion = known(region, 'the Region of the deployment');
  return anyRegion ? inAccount : anyAccount ? inRegion : `${inAccount}/${inRegion}`;
}
