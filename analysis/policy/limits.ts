import type { Text } from '../model/text';
import { isEverything } from './condition';
import { knownText } from './operators';
import { hasWildcard } from './pattern';
import type { Condition, Statement } from './statement';

/**
 * The subject that a condition limits. - `account`: the account of the caller, or of the resource that a service acts
 * for
 * - `organization`: the organization of one of them
 * - `principal`: the caller, by ARN
 * - `source`: the resource that a service acts for, by ARN
 * - `network`: the endpoint, VPC or addresses that a request comes from
 * - `service`: the service that a request goes through (`kms:ViaService`) or that a role is passed to
 * - `model`: the model of an inference
 * - `data`: which of the data of the resource (encryption context, version of a secret)
 */
export type LimitKind = 'account' | 'organization' | 'principal' | 'source' | 'network' | 'service' | 'model' | 'data';

/** A condition that really limits a statement. */
export interface Limit {
  readonly kind: LimitKind;
  readonly condition: Condition;
}

/**
 * `text`: exact values. `organization`: the id of an organization, maybe with a path in it. `pattern`: a pattern that
 * doesn't match everything. `arn`: names an account or a bucket. `range`: a small network.
 */
type ValueKind = 'text' | 'organization' | 'pattern' | 'arn' | 'range';

/**
 * Keys that are known to limit the principals, networks or resources of a policy statement, because AWS sets them and
 * the caller can't choose them. Any other key (tags, user agent, referer, time) counts as no limit. Source:
 * docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html and the pages of each service
 */
const KEYS: ReadonlyMap<string, readonly [LimitKind, ValueKind]> = new Map([
  ['aws:principalaccount', ['account', 'text']],
  ['aws:sourceaccount', ['account', 'text']],
  // Older than aws:SourceAccount, and in the policy that Amazon SNS gives every topic:
  // docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
  ['aws:sourceowner', ['account', 'text']],
  ['kms:calleraccount', ['account', 'text']],
  // Who may use an access point is in its own policy (docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html).
  ['s3:dataaccesspointaccount', ['account', 'text']],
  ['aws:principalorgid', ['organization', 'organization']],
  ['aws:principalorgpaths', ['organization', 'organization']],
  ['aws:sourceorgid', ['organization', 'organization']],
  ['aws:sourceorgpaths', ['organization', 'organization']],
  ['aws:principalarn', ['principal', 'arn']],
  ['aws:userid', ['principal', 'pattern']],
  ['aws:sourcearn', ['source', 'arn']],
  ['aws:sourcevpce', ['network', 'text']],
  ['aws:sourcevpc', ['network', 'text']],
  ['aws:vpceaccount', ['account', 'text']],
  ['aws:vpceorgid', ['organization', 'organization']],
  ['aws:sourceip', ['network', 'range']],
  ['aws:vpcsourceip', ['network', 'range']],
  ['iam:passedtoservice', ['service', 'text']],
  ['kms:viaservice', ['service', 'pattern']],
  ['bedrock-mantle:model', ['model', 'text']],
  ['secretsmanager:secretid', ['data', 'arn']],
  ['secretsmanager:versionstage', ['data', 'text']],
]);

/** Operators that refuse a request without the key, and all values but those that are listed. */
const OPERATORS: Readonly<Record<ValueKind, readonly string[]>> = {
  text: ['stringequals', 'stringequalsignorecase', 'stringlike', 'arnequals', 'arnlike'],
  organization: ['stringequals', 'stringequalsignorecase', 'stringlike'],
  pattern: ['stringequals', 'stringequalsignorecase', 'stringlike', 'arnequals', 'arnlike'],
  arn: ['stringequals', 'stringlike', 'arnequals', 'arnlike'],
  range: ['ipaddress'],
};

/** Operators in whose values `*` and `?` are wildcards. */
const WITH_WILDCARDS = /like$|^arn/;

/**
 * The conditions of a statement that really limit it: each is known to refuse somebody, in every deployment that has the
 * statement. A condition that every request meets, that is true without its key, or that is unknown isn't one.
 */
export function limitsOf(statement: Statement): Limit[] {
  return statement.conditions.flatMap((condition) => {
    const kind = statement.guard.implies(condition.guard) ? limitOf(condition) : undefined;
    return kind === undefined ? [] : [{ kind, condition }];
  });
}

/** What a condition limits; undefined when it isn't known to limit anything. */
export function limitOf(condition: Condition): LimitKind | undefined {
  const { key, test, set, ifExists, values, unreadable } = condition;
  const known = KEYS.get(key) ?? (/^kms:encryptioncontext:/.test(key) ? (['data', 'pattern'] as const) : undefined);
  if (!known || unreadable || ifExists || set === 'all' || values.length === 0) {
    return undefined;
  }
  const [kind, valueKind] = known;
  const limits =
    OPERATORS[valueKind].includes(test) &&
    values.every(({ value }) => isNarrow(value, valueKind, WITH_WILDCARDS.test(test)));
  return limits ? kind : undefined;
}

function isNarrow(value: Text, kind: ValueKind, wildcards: boolean): boolean {
  if (value.some((part) => typeof part === 'object' && part.kind === 'unreadable')) {
    return false;
  }
  switch (kind) {
    case 'text':
      return !isOfTheCaller(value) && (!wildcards || !hasWildcard(value));
    case 'organization':
      return !isOfTheCaller(value) && (!wildcards || !hasWildcard(value) || namesOrganization(value));
    case 'pattern':
      // A value that begins with a wildcard can match ARNs of any owner.
      return !wildcards || (!isEverything(value) && !(typeof value[0] === 'string' && /^[*?]/.test(value[0])));
    case 'arn':
      return !wildcards || namesOwner(value);
    case 'range':
      return isSmallRange(value);
  }
}

/** A policy variable takes its value from the request, so everybody passes, unless it is a variable of the resource. */
function isOfTheCaller(value: Text): boolean {
  return value.some((part) => typeof part === 'string' && /\$\{(?!aws:Resource)/i.test(part));
}

/** A path in an organization begins with the id of the organization. */
function namesOrganization([first]: Text): boolean {
  return typeof first === 'string' && /^o-[a-z0-9]+\//.test(first);
}

/** Whether an ARN pattern names the owner: an account, or for S3 a bucket, because ARNs of buckets have no account. */
function namesOwner(pattern: Text): boolean {
  const placeholders = pattern.map((part) => (typeof part === 'string' ? part : '\u0000')).join('');
  if (!hasWildcard(pattern) || (placeholders.startsWith('\u0000') && !/^\u0000:/.test(placeholders))) {
    return true;
  }
  const [arn, , service = '', , account = '', ...resource] = placeholders.split(':');
  if (arn !== 'arn' || resource.length === 0) {
    return false;
  }
  const bucket = resource[0].split('/')[0];
  return account === '' ? service === 's3' && bucket !== '' && !/[*?]/.test(bucket) : !/[*?]/.test(account);
}

/** At most 65,536 IPv4 addresses, or an IPv6 network of one site. Several larger ranges could add up to every address. */
function isSmallRange(value: Text): boolean {
  const range = knownText(value);
  if (range === undefined) {
    return false;
  }
  const [address, bits] = range.split('/');
  return bits === undefined ? address !== '' : Number(bits) >= (address.includes(':') ? 48 : 16);
}
