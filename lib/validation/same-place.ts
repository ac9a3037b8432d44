import { Arn, ArnFormat, CfnElement, Stack, Token, TokenComparison } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { requireInput } from './refused-input';

/** What must be in the account and Region of the construct that uses it. */
export interface PlacedInput {
  /** Name of the prop or argument. */
  readonly input: string;
  /** What it is, with its article: `a network`. */
  readonly what: string;
  /** The construct, if it is one. */
  readonly construct?: IConstruct;
  /** Its ARN. Where it is literal, it decides; an imported resource can claim the environment of its stack. */
  readonly arn?: string;
  /** The repair. */
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
 * Refuses what is in another account or Region. Without this check it would fail while deploying, or core would fail with
 * an error about references between environments that does not name the input.
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

/** True when a construct is known to be in another Region than the one that uses it, or CDK cannot refer to it from there. */
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
  // Some ARNs name neither, for example those of buckets. A part that is a token isn't known.
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
      // CDK refers to resources of another stack only when both stacks name the same environment, or neither names one.
      return construct === undefined || Stack.of(construct) === stack || isImported(construct);
    default:
      return false;
  }
}

/** An imported resource is known by literal names, which hold in every environment. */
export function isImported(construct: IConstruct): boolean {
  return !construct.node.findAll().some((child) => CfnElement.isCfnElement(child));
}

function text({ account, region }: Place, { anyRegion, anyAccount }: PlacedInput): string {
  const known = (part: string, otherwise: string) => (Token.isUnresolved(part) ? otherwise : part);
  const inAccount = known(account, 'the account of the deployment');
  const inRegion = known(region, 'the Region of the deployment');
  return anyRegion ? inAccount : anyAccount ? inRegion : `${inAccount}/${inRegion}`;
}
