import { Stack, Stage } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { DeployedText, SHARED_EXPORTS } from './deployed-text';
import { beyond, NAME_LENGTHS, type Quota, QUOTAS } from './quota';
import { stageQuotas } from './stage-quotas';

/** Services with this limit. Others have a higher one, for example 200 tags of a guardrail. */
const FIFTY_TAGS = /^AWS::(IAM|EC2|S3|KMS|Lambda|SQS|SNS|DynamoDB|Logs)::/;
const CHECKED = Symbol.for('cdk-bedrock-managed-agents.quotas');

/**
 * Has the stack of a construct checked at synthesis: everything in it, whoever made it. Once per stack. What other stacks
 * add to a resource is counted for all stacks of the Stage.
 */
export function checkQuotas(scope: IConstruct): void {
  const stack = Stack.of(scope);
  once(stack, () => new StackQuotas(stack).errors());
  const stage = Stage.of(scope) ?? scope.node.root;
  once(stage, () => stageQuotas(stage));
}

function once(checked: IConstruct & { [CHECKED]?: true }, validate: () => string[]): void {
  if (!checked[CHECKED]) {
    checked[CHECKED] = true;
    checked.node.addValidation({ validate });
  }
}

interface Found {
  readonly path: string;
  readonly id: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** The resources of one stack as they will be deployed, against {@link QUOTAS}. */
class StackQuotas {
  private readonly text: DeployedText;
  private readonly resources: Found[];
  private readonly found: string[] = [];

  constructor(private readonly stack: Stack) {
    // Once: this stack asks for the exports of its app when it begins, whether it imports something or not.
    const exports = SHARED_EXPORTS.of(stack);
    this.text = new DeployedText(stack, () => exports);
    this.resources = this.text.resources().map(([id, { node }, { Type, Properties }]) => {
      return { path: node.path, id, type: Type, properties: Properties ?? {} };
    });
  }

  public errors(): string[] {
    for (const resource of this.resources) {
      this.document(resource);
      this.name(resource);
    }
    this.roles();
    this.endpoints();
    const bytes = JSON.stringify(this.resources, undefined, 1).length;
    this.limit(this.stack.node.path || this.stack.stackName, QUOTAS.template, bytes);
    return this.found;
  }

  private limit(path: string, quota: Quota, value: number): void {
    this.found.push(...beyond(path, quota, value));
  }

  private document({ path, type, properties }: Found): void {
    const length = (value: unknown) => (value === undefined ? 0 : this.text.lengthOfResolved(value));
    if (FIFTY_TAGS.test(type)) this.limit(path, QUOTAS.tags, listLength(properties.Tags));
    switch (type) {
      case 'AWS::IAM::Role':
        return this.limit(path, QUOTAS.trustPolicy, length(properties.AssumeRolePolicyDocument));
      case 'AWS::IAM::ManagedPolicy':
        return this.limit(path, QUOTAS.managedPolicy, length(properties.PolicyDocument));
      case 'AWS::KMS::Key':
        return this.limit(path, QUOTAS.keyPolicy, length(properties.KeyPolicy));
      case 'AWS::EC2::VPCEndpoint':
        return this.limit(path, QUOTAS.endpointPolicy, length(properties.PolicyDocument));
      case 'AWS::SQS::QueuePolicy':
        return this.limit(path, QUOTAS.queuePolicy, length(properties.PolicyDocument));
      case 'AWS::SSM::Parameter':
        return this.limit(
          path,
          [undefined, 'Standard'].includes(properties.Tier as string | undefined)
            ? QUOTAS.parameter
            : QUOTAS.advancedParameter,
          length(properties.Value),
        );
      case 'AWS::StepFunctions::StateMachine':
        return this.limit(path, QUOTAS.stateMachine, length(properties.DefinitionString ?? properties.Definition));
      case 'AWS::Events::Rule':
        return this.limit(path, QUOTAS.eventPattern, length(properties.EventPattern));
      case 'AWS::CloudTrail::Trail': {
        const selectors = (properties.AdvancedEventSelectors ?? []) as { FieldSelectors?: object[] }[];
        const conditions = selectors.flatMap(({ FieldSelectors }) => FieldSelectors ?? []);
        const values = conditions.flatMap((condition) => Object.values(condition).map((each) => listLength(each)));
        return this.limit(path, QUOTAS.eventSelectors, sum(values));
      }
      case 'AWS::Route53Resolver::FirewallDomainList':
        return this.limit(path, QUOTAS.firewallDomains, listLength(properties.Domains));
      case 'AWS::Lambda::Function': {
        const { Variables } = (properties.Environment ?? {}) as { Variables?: Record<string, unknown> };
        const bytes = Object.entries(Variables ?? {}).map(([name, value]) => name.length + length(value));
        return this.limit(path, QUOTAS.functionVariables, sum(bytes));
      }
    }
  }

  private name({ path, type, properties }: Found): void {
    const [property, limit] = NAME_LENGTHS[type] ?? [];
    const given = property === undefined ? undefined : properties[property];
    if (limit === undefined || given === undefined) {
      return;
    }
    const length = this.text.shortestLengthOf(given);
    const shown = typeof given === 'string' ? `'${given}' ` : '';
    if (length > limit) {
      this.found.push(
        `${path}: the ${property} ${shown}would have about ${length} of at most ${limit} characters. Fix: choose a shorter name.`,
      );
    }
  }

  private roles(): void {
    const inline = new Map<string, number>();
    const managed = new Map<string, number>();
    const add = (to: Map<string, number>, role: unknown, value: number) => {
      const key = roleKey(role);
      to.set(key, (to.get(key) ?? 0) + value);
    };
    for (const { id, type, properties } of this.resources) {
      const roles = (properties.Roles ?? []) as unknown[];
      if (type === 'AWS::IAM::Policy') {
        roles.forEach((role) => add(inline, role, this.text.lengthOfResolved(properties.PolicyDocument)));
      } else if (type === 'AWS::IAM::ManagedPolicy') {
        roles.forEach((role) => add(managed, role, 1));
      } else if (type === 'AWS::IAM::Role') {
        const own = (properties.Policies ?? []) as { PolicyDocument: unknown }[];
        add(inline, { Ref: id }, sum(own.map(({ PolicyDocument }) => this.text.lengthOfResolved(PolicyDocument))));
        add(managed, { Ref: id }, ((properties.ManagedPolicyArns ?? []) as unknown[]).length);
      }
    }
    const pathOf = (key: string) => this.resources.find(({ id }) => roleKey({ Ref: id }) === key)?.path ?? key;
    inline.forEach((value, key) => this.limit(pathOf(key), QUOTAS.inlinePolicies, value));
    managed.forEach((value, key) => this.limit(pathOf(key), QUOTAS.managedPoliciesOfRole, value));
  }

  private endpoints(): void {
    const first = new Map<string, string>();
    for (const { path, type, properties } of this.resources) {
      if (type !== 'AWS::EC2::VPCEndpoint' || properties.PrivateDnsEnabled !== true) {
        continue;
      }
      const key = JSON.stringify([properties.VpcId, properties.ServiceName]);
      const other = first.get(key);
      if (other === undefined) {
        first.set(key, path);
      } else {
        this.limit(`${path} (and ${other})`, QUOTAS.endpointsOfService, 2);
      }
    }
  }
}

const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);
const roleKey = (role: unknown) => JSON.stringify(role);
const listLength = (value: unknown) => (Array.isArray(value) ? value.length : 0);
