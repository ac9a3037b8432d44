import type { Stack } from 'aws-cdk-lib/core';
import { ConstructElements, type TemplateElements, type TemplateResource } from './template-elements';

/** Assumed length of an unknown value, such as a parameter: a long ARN. */
const UNKNOWN = 'x'.repeat(140);
/** An id that a service chooses, such as that of a key (36 characters). */
const SERVICE_ID = 'x'.repeat(36);
/** Suffix of a generated name in CloudFormation: a dash and 12 characters. */
const GENERATED_SUFFIX = `-${'X'.repeat(12)}`;

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::AccountId': '111122223333',
  'AWS::Partition': 'aws',
  'AWS::Region': 'ap-southeast-1', // Not shorter than any Region of BMA.
  'AWS::URLSuffix': 'amazonaws.com',
};

const ARN_REFS = /^AWS::(SNS::Topic|StepFunctions::StateMachine|SecretsManager::Secret|IAM::ManagedPolicy)$/;
const SERVICE_IDS = /^AWS::(KMS::Key|EC2::)/;
/** Longest names that CloudFormation generates; all others are cut at 255. */
const GENERATED_MAX: Readonly<Record<string, number>> = {
  'AWS::IAM::Role': 64,
  'AWS::Lambda::Function': 64,
  'AWS::S3::Bucket': 63,
  'AWS::SQS::Queue': 80,
  'AWS::Events::Rule': 64,
};

const lengthOf = (written: unknown): number =>
  (typeof written === 'string' ? written : (JSON.stringify(written) ?? '')).length;

/**
 * Writes values of a stack with the length that they have after deployment: references become strings with the length
 * of the name, id or ARN. Exact for literal names; an upper estimate for generated ones.
 */
export class DeployedText {
  private readonly names = new Map<string, string>();

  /**
   * @param elements the elements of the stack by logical id
   * @param exports the values of the app's exports; unknown without it
   */
  constructor(
    private readonly stack: Stack,
    private readonly elements: TemplateElements = new ConstructElements(stack),
    private readonly exports: (name: string) => string | undefined = () => undefined,
  ) {}

  /** Resolves a value and writes every reference in it. Objects and lists keep their shape. */
  public write(value: unknown): unknown {
    return this.plain(this.stack.resolve(value));
  }

  /**
   * Characters of a resolved name, without parts that are known only at deployment, so that a name that may be short
   * enough isn't refused.
   */
  public shortestLengthOf(name: unknown): number {
    return String(this.plain(name)).replaceAll(UNKNOWN, '').length;
  }

  /** Characters of a policy or another JSON document, without white space between its parts. */
  public lengthOf(document: unknown): number {
    return lengthOf(this.write(document));
  }

  /** {@link lengthOf} a resolved document, as in a template. */
  public lengthOfResolved(document: unknown): number {
    return lengthOf(this.plain(document));
  }

  /** A resolved string, with every reference written. */
  public writeResolved(text: unknown): string {
    return String(this.plain(text));
  }

  private plain(value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.map((each) => this.plain(each));
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    const members = Object.entries(value);
    const [name, argument] = (members[0] ?? ['', undefined]) as [string, unknown];
    return members.length === 1 && (name === 'Ref' || name.startsWith('Fn::'))
      ? this.intrinsic(name, argument)
      : Object.fromEntries(members.map(([key, member]) => [key, this.plain(member)]));
  }

  private intrinsic(name: string, argument: unknown): unknown {
    switch (name) {
      case 'Ref':
        return this.reference(String(argument), undefined);
      case 'Fn::GetAtt': {
        const [id, ...attribute] = Array.isArray(argument) ? (argument as string[]) : String(argument).split('.');
        return this.reference(String(id), attribute.join('.'));
      }
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, unknown];
        const written = this.plain(parts);
        return Array.isArray(written) ? written.map(String).join(separator) : UNKNOWN;
      }
      case 'Fn::Split': {
        const [separator, text] = argument as [string, unknown];
        return String(this.plain(text)).split(separator);
      }
      case 'Fn::Select': {
        const [index, list] = argument as [number | string, unknown];
        const written = this.plain(list);
        return (Array.isArray(written) ? (written[Number(index)] as unknown) : undefined) ?? UNKNOWN;
      }
      case 'Fn::Sub': {
        const text = Array.isArray(argument) ? String(argument[0]) : String(argument);
        return text.replace(/\$\{[^}]+\}/g, UNKNOWN);
      }
      case 'Fn::ImportValue':
        return this.exports(String(this.plain(argument))) ?? UNKNOWN;
      case 'Fn::If': {
        const [, ...branches] = Array.isArray(argument) ? (argument as unknown[]) : [];
        return branches
          .map((branch) => this.plain(branch))
          .reduce((longest, each) => (lengthOf(each) > lengthOf(longest) ? each : longest), '');
      }
      case 'Fn::FindInMap':
        return SERVICE_ID; // Prefix lists, zones and buckets of AWS: all shorter.
      default:
        return UNKNOWN;
    }
  }

  private reference(id: string, attribute: string | undefined): string {
    if (id.startsWith('AWS::')) {
      const name = this.stack.stackName;
      const arn = `arn:aws:cloudformation:${PSEUDO['AWS::Region']}:${PSEUDO['AWS::AccountId']}:stack/${name}/${SERVICE_ID}`;
      return PSEUDO[id] ?? (id === 'AWS::StackName' ? name : id === 'AWS::StackId' ? arn : UNKNOWN);
    }
    const resource = this.elements.resource(id);
    if (resource) {
      return this.resource(resource, id, attribute);
    }
    const preset = attribute === undefined ? this.elements.parameterDefault(id) : undefined;
    return typeof preset === 'string' && preset.length > UNKNOWN.length ? preset : UNKNOWN;
  }

  private resource(resource: TemplateResource, id: string, attribute: string | undefined): string {
    const type = resource.Type;
    const name = this.names.get(id) ?? this.nameOf(resource, id);
    this.names.set(id, name);
    if (attribute === undefined ? ARN_REFS.test(type) : /Arn$/.test(attribute)) {
      const [, service, kind] = type.split('::');
      const region = service === 'IAM' || service === 'S3' ? '' : PSEUDO['AWS::Region'];
      return `arn:aws:${service.toLowerCase()}:${region}:${PSEUDO['AWS::AccountId']}:${kind}/${name}`;
    }
    if (attribute !== undefined || type === 'AWS::SQS::Queue') {
      return `https://sqs.${PSEUDO['AWS::Region']}.amazonaws.com/${PSEUDO['AWS::AccountId']}/${name}`;
    }
    return name;
  }

  private nameOf({ Type: type, Properties }: TemplateResource, id: string): string {
    if (SERVICE_IDS.test(type)) {
      return SERVICE_ID;
    }
    const kind = type.split('::')[2];
    const given = Object.entries(Properties ?? {}).find(
      ([property]) => property === 'Name' || property === `${kind}Name` || property === `Agent${kind}Name`,
    )?.[1];
    if (given !== undefined) {
      // A Runtime's id is its name and eleven more characters.
      return `${String(this.plain(given))}${kind === 'Runtime' ? 'x'.repeat(11) : ''}`;
    }
    return `${this.stack.stackName}-${id}${GENERATED_SUFFIX}`.slice(0, GENERATED_MAX[type] ?? 255);
  }
}
