import { CfnElement, CfnOutput, CfnParameter, CfnResource, type Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { PerValidation } from '../validation/per-validation';

/** Length of what is known only at deployment and says nothing about itself, such as a parameter: a long ARN. */
const UNKNOWN = 'x'.repeat(140);
/** An id that a service chooses, such as that of a key (36 characters). */
const SERVICE_ID = 'x'.repeat(36);
/** What CloudFormation appends to a generated name: a dash and 12 characters. */
const GENERATED_SUFFIX = `-${'X'.repeat(12)}`;

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::AccountId': '111122223333',
  'AWS::Partition': 'aws',
  'AWS::Region': 'ap-southeast-1', // At least as long as every Region of BMA.
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
 * Writes values of a stack as long as they will be once deployed: references become texts of the length that the name,
 * id or ARN will have. Exact for literal names; where AWS chooses, an upper estimate.
 */
export class DeployedText {
  private elementsById: ReadonlyMap<string, CfnElement> | undefined;
  private readonly names = new Map<string, string>();
  private readonly definitions = new Map<string, TemplateResource | undefined>();

  /** @param exports what the stacks of the app export, when the caller is validated with other stacks of it */
  constructor(
    private readonly stack: Stack,
    private readonly exports: () => Exports = () => exportsOf(stack),
  ) {}

  /** The resources of the stack as they will be in its template, without those that are left out, by logical id. */
  public resources(): [id: string, resource: CfnResource, definition: TemplateResource][] {
    return [...this.elements].flatMap(([id, element]) => {
      const definition = CfnResource.isCfnResource(element) ? this.definition(element, id) : undefined;
      return definition ? [[id, element as CfnResource, definition]] : [];
    });
  }

  /** Resolves a value and writes every reference in it. Objects and lists keep their shape. */
  public write(value: unknown): unknown {
    return this.plain(this.stack.resolve(value));
  }

  /**
   * Characters of a name that is resolved already, without what only the deployment knows: a name that may be short enough
   * is not refused.
   */
  public shortestLengthOf(name: unknown): number {
    return String(this.plain(name)).replaceAll(UNKNOWN, '').length;
  }

  /** Characters of a policy or another JSON document, without white space between its parts. */
  public lengthOf(document: unknown): number {
    return lengthOf(this.write(document));
  }

  /** {@link lengthOf} a document that is resolved already, as in {@link resources}. */
  public lengthOfResolved(document: unknown): number {
    return lengthOf(this.plain(document));
  }

  /** Read when it is needed first: most texts name no resource of the stack. */
  private get elements(): ReadonlyMap<string, CfnElement> {
    const { stack } = this;
    return (this.elementsById ??= new Map(
      elementsOf(stack).map((element) => [String(stack.resolve(element.logicalId)), element]),
    ));
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
        return this.exported(this.plain(argument));
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
    const element = this.elements.get(id);
    if (element instanceof CfnParameter && typeof element.default === 'string' && attribute === undefined) {
      return element.default.length > UNKNOWN.length ? element.default : UNKNOWN;
    }
    return element instanceof CfnResource ? this.resource(element, id, attribute) : UNKNOWN;
  }

  private resource(resource: CfnResource, id: string, attribute: string | undefined): string {
    const type = resource.cfnResourceType;
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

  private nameOf(resource: CfnResource, id: string): string {
    const type = resource.cfnResourceType;
    if (SERVICE_IDS.test(type)) {
      return SERVICE_ID;
    }
    const kind = type.split('::')[2];
    const { Properties } = this.definition(resource, id) ?? {};
    const given = Object.entries(Properties ?? {}).find(
      ([property]) => property === 'Name' || property === `${kind}Name` || property === `Agent${kind}Name`,
    )?.[1];
    if (given !== undefined) {
      // A Runtime's id is its name and eleven more characters.
      return `${String(this.plain(given))}${kind === 'Runtime' ? 'x'.repeat(11) : ''}`;
    }
    return `${this.stack.stackName}-${id}${GENERATED_SUFFIX}`.slice(0, GENERATED_MAX[type] ?? 255);
  }

  private exported(name: unknown): unknown {
    const exported = this.exports().get(String(name));
    return exported ? exported.text().write(exported.value) : UNKNOWN;
  }

  private definition(resource: CfnResource, id: string): TemplateResource | undefined {
    if (!this.definitions.has(id)) this.definitions.set(id, definitionOf(this.stack, resource, id));
    return this.definitions.get(id);
  }
}

/** Values that the stacks of an app export, by the name of the export, each with the text of its stack. */
export type Exports = ReadonlyMap<string, { readonly value: unknown; readonly text: () => DeployedText }>;

/** What the stacks of an app export, computed once for all stacks that are validated together. */
export const SHARED_EXPORTS = new PerValidation((root) => exportsOf(root));

function exportsOf(scope: IConstruct): Exports {
  const exports = new Map<string, { value: unknown; text: () => DeployedText }>();
  const texts = new Map<Stack, DeployedText>();
  const textOf = (stack: Stack) => {
    const text = texts.get(stack) ?? new DeployedText(stack, () => exports);
    texts.set(stack, text);
    return text;
  };
  for (const output of scope.node.root.node.findAll()) {
    if (!(output instanceof CfnOutput) || output.exportName === undefined) continue;
    const { stack } = output;
    const value = output.value as unknown;
    const name = String(stack.resolve(output.exportName));
    if (!exports.has(name)) exports.set(name, { value, text: () => textOf(stack) });
  }
  return exports;
}

/** What a resource is in its template. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** The definition of a resource as it will be in the template, unless it is left out (`Role.customizeRoles`). */
export function definitionOf(stack: Stack, resource: CfnResource, id: string): TemplateResource | undefined {
  const fragment = stack.resolve(resource._toCloudFormation()) as { Resources?: Record<string, TemplateResource> };
  return fragment.Resources?.[id];
}

/** The elements of one stack, not those of stacks inside it. */
export function elementsOf(stack: Stack): CfnElement[] {
  return stack.node
    .findAll()
    .filter((each): each is CfnElement => CfnElement.isCfnElement(each) && each.stack === stack);
}
