import type { Stack } from 'aws-cdk-lib/core';
import { beyond, NAME_LENGTHS, type Quota, QUOTAS } from './quota';
import type { TemplateResource } from './template-elements';
import type { WrittenTemplate } from './written-templates';

/** Services with this limit. Others have a higher one, for example 200 tags of a guardrail. */
const FIFTY_TAGS = /^AWS::(IAM|EC2|S3|KMS|Lambda|SQS|SNS|DynamoDB|Logs)::/;

/** The values in the template of a stack that exceed {@link QUOTAS}, as messages. */
export function stackQuotas(stack: Stack, template: WrittenTemplate): string[] {
  return new StackQuotas(stack, template).errors();
}

interface Found {
  readonly id: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

class StackQuotas {
  private readonly resources: readonly Found[];
  private readonly found: string[] = [];

  constructor(
    private readonly stack: Stack,
    private readonly template: WrittenTemplate,
  ) {
    const found = ([id, { Type, Properties }]: [string, TemplateResource]) => ({
      id,
      type: Type,
      properties: Properties ?? {},
    });
    this.resources = template.resources.map(found);
  }

  public errors(): string[] {
    for (const resource of this.resources) {
      this.document(resource);
      this.name(resource);
    }
    this.roles();
    this.endpoints();
    const path = this.stack.node.path || this.stack.stackName;
    this.found.push(...beyond(path, QUOTAS.template, this.template.size));
    return this.found;
  }

  private limit(id: string, quota: Quota, value: number): void {
    if (value > quota.limit) this.found.push(...beyond(this.template.pathOf(id), quota, value));
  }

  private length(value: unknown): number {
    return value === undefined ? 0 : this.template.text.lengthOfResolved(value);
  }

  private document({ id, type, properties }: Found): void {
    if (FIFTY_TAGS.test(type)) this.limit(id, QUOTAS.tags, listLength(properties.Tags));
    switch (type) {
      case 'AWS::IAM::Role':
        return this.limit(id, QUOTAS.trustPolicy, this.length(properties.AssumeRolePolicyDocument));
      case 'AWS::IAM::ManagedPolicy':
        return this.limit(id, QUOTAS.managedPolicy, this.length(properties.PolicyDocument));
      case 'AWS::KMS::Key':
        return this.limit(id, QUOTAS.keyPolicy, this.length(properties.KeyPolicy));
      case 'AWS::EC2::VPCEndpoint':
        return this.limit(id, QUOTAS.endpointPolicy, this.length(properties.PolicyDocument));
      case 'AWS::SQS::QueuePolicy':
        return this.limit(id, QUOTAS.queuePolicy, this.length(properties.PolicyDocument));
      case 'AWS::SSM::Parameter':
        return this.limit(
          id,
          [undefined, 'Standard'].includes(properties.Tier as string | undefined)
            ? QUOTAS.parameter
            : QUOTAS.advancedParameter,
          this.length(properties.Value),
        );
      case 'AWS::StepFunctions::StateMachine':
        return this.limit(id, QUOTAS.stateMachine, this.length(properties.DefinitionString ?? properties.Definition));
      case 'AWS::Events::Rule':
        return this.limit(id, QUOTAS.eventPattern, this.length(properties.EventPattern));
      case 'AWS::CloudTrail::Trail': {
        const selectors = listOf(properties.AdvancedEventSelectors) as ({ FieldSelectors?: unknown } | null)[];
        const conditions = selectors.flatMap((selector) => listOf(selector?.FieldSelectors));
        const values = conditions.flatMap((condition) =>
          Object.values(condition ?? {}).map((each) => listLength(each)),
        );
        return this.limit(id, QUOTAS.eventSelectors, sum(values));
      }
      case 'AWS::Route53Resolver::FirewallDomainList':
        return this.limit(id, QUOTAS.firewallDomains, listLength(properties.Domains));
      case 'AWS::Lambda::Function': {
        const { Variables } = (properties.Environment ?? {}) as { Variables?: Record<string, unknown> };
        const bytes = Object.entries(Variables ?? {}).map(([name, value]) => name.length + this.length(value));
        return this.limit(id, QUOTAS.functionVariables, sum(bytes));
      }
    }
  }

  private name({ id, type, properties }: Found): void {
    const [property, limit] = NAME_LENGTHS[type] ?? [];
    const given = property === undefined ? undefined : properties[property];
    if (limit === undefined || given === undefined) {
      return;
    }
    const length = this.template.text.shortestLengthOf(given);
    const shown = typeof given === 'string' ? `'${given}' ` : '';
    if (length > limit) {
      this.found.push(
        `${this.template.pathOf(id)}: the ${property} ${shown}would have about ${length} of at most ${limit} characters. Fix: choose a shorter name.`,
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
      const roles = listOf(properties.Roles);
      if (type === 'AWS::IAM::Policy') {
        roles.forEach((role) => add(inline, role, this.length(properties.PolicyDocument)));
      } else if (type === 'AWS::IAM::ManagedPolicy') {
        roles.forEach((role) => add(managed, role, 1));
      } else if (type === 'AWS::IAM::Role') {
        const own = listOf(properties.Policies) as ({ PolicyDocument?: unknown } | null)[];
        add(inline, { Ref: id }, sum(own.map((policy) => this.length(policy?.PolicyDocument))));
        add(managed, { Ref: id }, listOf(properties.ManagedPolicyArns).length);
      }
    }
    const limit = (quota: Quota) => (value: number, key: string) => {
      if (value > quota.limit) {
        const role = this.resources.find(({ id }) => roleKey({ Ref: id }) === key);
        this.found.push(...beyond(role ? this.template.pathOf(role.id) : key, quota, value));
      }
    };
    inline.forEach(limit(QUOTAS.inlinePolicies));
    managed.forEach(limit(QUOTAS.managedPoliciesOfRole));
  }

  private endpoints(): void {
    const first = new Map<string, string>();
    for (const { id, type, properties } of this.resources) {
      if (type !== 'AWS::EC2::VPCEndpoint' || properties.PrivateDnsEnabled !== true) {
        continue;
      }
      const key = JSON.stringify([properties.VpcId, properties.ServiceName]);
      const other = first.get(key);
      if (other === undefined) {
        first.set(key, id);
      } else {
        const path = `${this.template.pathOf(id)} (and ${this.template.pathOf(other)})`;
        this.found.push(...beyond(path, QUOTAS.endpointsOfService, 2));
      }
    }
  }
}

const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);
const roleKey = (role: unknown) => JSON.stringify(role);
/** Overrides can put anything in the place of a list. */
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const listLength = (value: unknown) => listOf(value).length;
