import { CfnResource, Reference, Stage, Token, Tokenization } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import { OBJECTS, STRUCTS } from './input-kinds';
import { entries } from './kind';
import { requireInput } from './refused-input';
import { isImported, requireSamePlace, type PlacedInput } from './same-place';

/** An input and its kind from the table. */
export interface NamedInput {
  readonly name: string;
  readonly kind: string;
  readonly value: unknown;
}

/** The inputs of value objects, for example the bucket of a tool: they are checked when the tool is used. */
const made = new WeakMap<object, readonly NamedInput[]>();

/** Records the inputs of a value object. Constructs check their own inputs. */
export function rememberInputs(result: unknown, inputs: readonly NamedInput[]): void {
  if (typeof result === 'object' && result !== null && !Construct.isConstruct(result) && !made.has(result)) {
    made.set(result, inputs);
  }
}

/** Kinds of constructs that may be in another account or Region than their user. */
const ANYWHERE = new Set([
  'Construct',
  'IConstruct',
  'Stack',
  'iam.IGrantable',
  'iam.IPrincipal',
  'ec2.IPeer',
  // One multi-Region trail records an account, one trail of the organization records several. lib/baseline/agent-baseline.ts.
  'IAgentAuditTrail',
]);

/** Options whose strings may name resources elsewhere. */
const TEXTS_ANYWHERE = new Set([
  'AgentAuditTrailAttributes',
  // Checked when the guardrail is used.
  'AgentGuardrailAttributes',
  'AgentNetworkServiceOptions',
  'StdioToolOptions',
]);

/** IAM is the same in every Region. */
const ANY_REGION = new Set(['iam.IRole']);

/** Image repositories can have a policy that allows other accounts. */
const ANY_ACCOUNT = new Set(['ecr.IRepository']);

/**
 * Refuses every construct, ARN and reference in the inputs that is of another account, Region or Stage than the construct
 * that uses it, at any depth: including the inputs of tools, triggers and other value objects.
 */
export function requireLocalInputs(scope: IConstruct, where: string, inputs: readonly NamedInput[]): void {
  new Walk(scope, where).all(inputs, '');
}

class Walk {
  private readonly seen = new Set<unknown>();

  constructor(
    private readonly scope: IConstruct,
    private readonly where: string,
  ) {}

  public all(inputs: readonly NamedInput[], prefix: string): void {
    for (const { name, kind, value } of inputs) {
      this.one([prefix, name].filter((part) => part !== '').join('.'), kind, value);
    }
  }

  private one(input: string, kind: string, value: unknown): void {
    if (typeof value === 'string') {
      if (kind === 'string') this.text(input, value);
      return;
    }
    if (typeof value !== 'object' || value === null || this.seen.has(value)) return;
    this.seen.add(value);
    if (Array.isArray(value)) {
      // Lists of strings are for programs that the agent runs, which may use resources anywhere.
      if (kind === 'string[]') return;
      value.forEach((each: unknown, index) => this.one(`${input}[${index}]`, kind.slice(0, -2), each));
    } else if (Construct.isConstruct(value)) {
      if (!ANYWHERE.has(kind)) this.construct(input, kind, value);
    } else if (made.has(value)) {
      this.all(made.get(value)!, input);
    } else if (STRUCTS[kind]) {
      const members = entries(STRUCTS[kind]).filter((each) => each.kind !== 'string' || !TEXTS_ANYWHERE.has(kind));
      const object = value as Record<string, unknown>;
      this.all(
        members.map((member) => ({ ...member, value: object[member.name] })),
        input,
      );
    }
  }

  /** A literal ARN, or a name or ARN that refers to a resource of the app. */
  private text(input: string, text: string): void {
    if (/^arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:\d{12}:/.test(text)) {
      this.requireHere({ input, what: 'a resource', arn: text });
    }
    if (Token.isUnresolved(text)) {
      const [resource] = Tokenization.reverseString(text)
        .tokens.filter((token) => Reference.isReference(token))
        .map((reference) => reference.target)
        .filter((target) => CfnResource.isCfnResource(target));
      if (resource) this.requireHere({ input, what: 'a resource', construct: resource });
    }
  }

  private construct(input: string, kind: string, value: IConstruct): void {
    requireInput(kind !== 'kms.IKey' || !('aliasName' in value), this.where, {
      input,
      value: value.node.path,
      allowed: 'a key: IAM policies and log groups take no alias in its place',
      fix: 'pass kms.Key.fromLookup(…) with the name of the alias, kms.Key.fromKeyArn(…), or the key that the alias names',
    });
    // A resource and its key are in one Region; the key can be of another account.
    const { encryptionKey } = value as { encryptionKey?: IConstruct & { keyArn?: string } };
    if (encryptionKey?.keyArn !== undefined && !STRUCTS[kind] && /^(s3|secretsmanager|dynamodb|sqs)\./.test(kind)) {
      this.requireHere({
        input: `${input}.encryptionKey`,
        what: 'a key',
        construct: encryptionKey,
        arn: encryptionKey.keyArn,
        anyAccount: true,
      });
    }
    const arnMember = OBJECTS[kind]?.members?.find((member) => member.endsWith('Arn'));
    const arn = arnMember && (value as unknown as Record<string, unknown>)[arnMember];
    const what = words(kind);
    this.requireHere({
      input,
      what,
      construct: value,
      arn: typeof arn === 'string' ? arn : undefined,
      anyRegion: ANY_REGION.has(kind),
      anyAccount: ANY_ACCOUNT.has(kind),
    });
    requireInput(Stage.of(value) === Stage.of(this.scope) || isImported(value), this.where, {
      input,
      value: value.node.path,
      allowed: `${what} of the same Stage, because CDK cannot refer to another one`,
      fix: 'create it in this Stage, or import it by its ARN or name',
    });
  }

  private requireHere(given: Omit<PlacedInput, 'fix'>): void {
    requireSamePlace(this.scope, { ...given, fix: `pass ${given.what} of this account and Region` }, this.where);
  }
}

/** `kms.IKey` as `a key`. */
function words(kind: string): string {
  const name = kind.replace(/^.*\./, '').replace(/^I(?=[A-Z])/, '');
  const lower = name.replace(/(?!^)[A-Z]/g, ' $&').toLowerCase();
  return `${/^[aeiou]/.test(lower) ? 'an' : 'a'} ${lower}`;
}
