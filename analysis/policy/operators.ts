import { BlockList, isIP } from 'net';
import type { Text } from '../model/text';
import { literal, subset, type Verdict } from './pattern';

/**
 * Compares the value of a condition key with one value of the policy. Undefined when they can't be compared, such as a
 * text that isn't a number. Then neither the operator nor its negation holds.
 */
export type Comparison = (policyValue: Text, contextValue: Text) => Verdict | undefined;

/** A condition operator without `ForAnyValue:`, `ForAllValues:` and `IfExists`. */
export interface Operator {
  readonly compare: Comparison;
  /** `…NotEquals`: no value of the policy may match. */
  readonly negated: boolean;
  /** True if `*` and `?` in the policy's values are wildcards. */
  readonly wildcards: boolean;
}

const verdict = (holds: boolean): Verdict => (holds ? 'yes' : 'no');

/** Compares known texts; with a text that isn't known the answer is `maybe`. */
const known =
  (compare: (policyValue: string, contextValue: string) => boolean | undefined): Comparison =>
  (policyValue, contextValue) => {
    const [expected, actual] = [knownText(policyValue), knownText(contextValue)];
    if (expected === undefined || actual === undefined) {
      return 'maybe';
    }
    const holds = compare(expected, actual);
    return holds === undefined ? undefined : verdict(holds);
  };

const asNumbers = (compare: (policyValue: number, contextValue: number) => boolean): Comparison =>
  known((policyValue, contextValue) => {
    const [expected, actual] = [policyValue, contextValue].map((text) => (text.trim() === '' ? NaN : Number(text)));
    return Number.isNaN(expected) || Number.isNaN(actual) ? undefined : compare(expected, actual);
  });

const asDates = (compare: (policyValue: number, contextValue: number) => boolean): Comparison =>
  known((policyValue, contextValue) => {
    const [expected, actual] = [policyValue, contextValue].map(dateOf);
    return Number.isNaN(expected) || Number.isNaN(actual) ? undefined : compare(expected, actual);
  });

const ADDRESS = known(isInRange);
const TEXT: Comparison = (policyValue, contextValue) => subset(literal(contextValue), policyValue);
const TEXT_ANY_CASE: Comparison = (policyValue, contextValue) =>
  subset(literal(contextValue), policyValue, { ignoreCase: true });
const ARN: Comparison = (policyValue, contextValue) =>
  isArn(policyValue) && isArn(contextValue)
    ? subset(literal(contextValue), policyValue, { segments: true })
    : undefined;
const BOOLEAN = known((policyValue, contextValue) => {
  const [expected, actual] = [policyValue.toLowerCase(), contextValue.toLowerCase()];
  return expected === actual && (expected === 'true' || expected === 'false');
});

const pair = (name: string, notName: string, compare: Comparison, wildcards = false): [string, Operator][] => [
  [name, { compare, negated: false, wildcards }],
  [notName, { compare, negated: true, wildcards }],
];
const ordered = (name: string, as: typeof asNumbers): [string, Operator][] => [
  ...pair(
    `${name}equals`,
    `${name}notequals`,
    as((policyValue, contextValue) => contextValue === policyValue),
  ),
  ...(
    [
      ['lessthan', (policyValue, contextValue) => contextValue < policyValue],
      ['lessthanequals', (policyValue, contextValue) => contextValue <= policyValue],
      ['greaterthan', (policyValue, contextValue) => contextValue > policyValue],
      ['greaterthanequals', (policyValue, contextValue) => contextValue >= policyValue],
    ] as [string, (policyValue: number, contextValue: number) => boolean][]
  ).map(([suffix, compare]): [string, Operator] => [
    `${name}${suffix}`,
    { compare: as(compare), negated: false, wildcards: false },
  ]),
];

/**
 * Every condition operator of IAM except `Null`, by its name in lower case.
 * Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ...pair('stringequals', 'stringnotequals', TEXT),
  ...pair('stringequalsignorecase', 'stringnotequalsignorecase', TEXT_ANY_CASE),
  ...pair('stringlike', 'stringnotlike', TEXT, true),
  // "ArnEquals and ArnLike behave identically."
  ...pair('arnequals', 'arnnotequals', ARN, true),
  ...pair('arnlike', 'arnnotlike', ARN, true),
  ...ordered('numeric', asNumbers),
  ...ordered('date', asDates),
  ...pair('ipaddress', 'notipaddress', ADDRESS),
  ['bool', { compare: BOOLEAN, negated: false, wildcards: false }],
  ['binaryequals', { compare: known((expected, actual) => expected === actual), negated: false, wildcards: false }],
]);

/** A text without holes as a string, with `${*}`, `${?}` and `${$}` replaced by the character. */
export function knownText(text: Text): string | undefined {
  const parts = text.filter((part) => typeof part === 'string');
  const whole = parts.join('');
  return parts.length < text.length || /\$\{[^}]{2,}\}/.test(whole) ? undefined : whole.replace(/\$\{([*?$])\}/g, '$1');
}

/** Whether a text is an ARN or, with holes, may be one. */
function isArn(text: Text): boolean {
  const parts = text.filter((part) => typeof part === 'string');
  const [first] = text;
  if (parts.length < text.length) {
    return typeof first !== 'string' || first.startsWith('arn');
  }
  const whole = parts.join('');
  return whole.startsWith('arn:') && whole.split(':').length > 5;
}

/** A date in milliseconds. Whole numbers aren't converted, like those of `aws:EpochTime` and `aws:CurrentTime`. */
function dateOf(text: string): number {
  return /^-?\d+$/.test(text) ? Number(text) : Date.parse(text);
}

function isInRange(range: string, address: string): boolean | undefined {
  const [network, bits] = range.split('/');
  const [family, own] = [isIP(network), isIP(address)];
  if (family === 0 || own === 0) {
    return undefined;
  }
  const [type, most] = family === 4 ? (['ipv4', 32] as const) : (['ipv6', 128] as const);
  const width = Number(bits ?? most);
  if (!(width >= 0 && width <= most)) {
    return undefined;
  }
  if (family !== own || width === 0) {
    return family === own;
  }
  const list = new BlockList();
  list.addSubnet(network, width, type);
  return list.check(address, type);
}
