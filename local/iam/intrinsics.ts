/**
 * Resolves CloudFormation intrinsics to the values a deployment would give them, deterministically: a Ref or GetAtt of
 * a resource becomes an ARN or a name made from its logical id. What cannot be resolved becomes a marker that matches
 * no real ARN, so it can only ever deny.
 */
import { createHash } from 'node:crypto';

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
}

export interface Template {
  readonly Parameters?: Record<string, { readonly Default?: unknown }>;
  readonly Conditions?: Record<string, unknown>;
  readonly Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  readonly Resources?: Record<string, TemplateResource>;
  readonly Outputs?: Record<string, { readonly Value: unknown; readonly Export?: { readonly Name: unknown } }>;
}

export interface Place {
  readonly accountId: string;
  readonly region: string;
  readonly partition: string;
}

/** What other stacks hand over. Undefined: no stack of the assembly does. */
export interface OtherStacks {
  exported(name: string): string | undefined;
  output(stackName: string, name: string): string | undefined;
}

const NO_VALUE = Symbol('AWS::NoValue');
type Unary = (argument: unknown) => unknown;

/** Service, what stands before the name, and what stands behind it. */
const ARN_FORMS: Readonly<Record<string, readonly [string, string, string?]>> = {
  'AWS::Bedrock::Guardrail': ['bedrock', 'guardrail/'],
  'AWS::CloudWatch::Alarm': ['cloudwatch', 'alarm:'],
  'AWS::DynamoDB::Table': ['dynamodb', 'table/'],
  'AWS::Events::EventBus': ['events', 'event-bus/'],
  'AWS::KMS::Key': ['kms', 'key/'],
  'AWS::Lambda::Function': ['lambda', 'function:'],
  'AWS::Logs::LogGroup': ['logs', 'log-group:', ':*'],
  'AWS::Scheduler::ScheduleGroup': ['scheduler', 'schedule-group/'],
  'AWS::SecretsManager::Secret': ['secretsmanager', 'secret:', '-AbCdEf'],
  'AWS::SNS::Topic': ['sns', ''],
  'AWS::SQS::Queue': ['sqs', ''],
  'AWS::StepFunctions::StateMachine': ['states', 'stateMachine:'],
};

/** Properties that name a resource; without one its name is the logical id. */
const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::Events::EventBus': 'Name',
  'AWS::Events::Rule': 'Name',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::Scheduler::Schedule': 'Name',
  'AWS::Scheduler::ScheduleGroup': 'Name',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::SSM::Parameter': 'Name',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
};

/** What a Ref is when it is not the name. */
const REF_IS_ARN: readonly string[] = [
  'AWS::IAM::ManagedPolicy',
  'AWS::Lambda::Alias',
  'AWS::Lambda::Version',
  'AWS::SecretsManager::Secret',
  'AWS::SNS::Topic',
  'AWS::StepFunctions::StateMachine',
];

/** A bus is named by its name or its ARN. */
export const busName = (reference: string): string => reference.replace(/^arn:.*:event-bus\//, '');

/** The suffix AgentCore appends to a runtime's name; here derived from the logical id. */
const runtimeSuffix = (logicalId: string): string =>
  createHash('sha256').update(logicalId).digest('base64url').replace(/[-_]/g, 'x').slice(0, 10);

export class IntrinsicResolver {
  private readonly resolving = new Set<string>();

  public constructor(
    private readonly template: Template,
    private readonly place: Place,
    private readonly stackName: string,
    private readonly others: OtherStacks = { exported: () => undefined, output: () => undefined },
  ) {}

  public resolve(value: unknown): unknown {
    const resolved = this.walk(value);
    return resolved === NO_VALUE ? undefined : resolved;
  }

  public text(value: unknown): string {
    const resolved = this.resolve(value);
    return typeof resolved === 'string' ? resolved : JSON.stringify(resolved ?? '');
  }

  /** The ARN a resource would have. */
  public arn(logicalId: string): string {
    const resource = this.template.Resources?.[logicalId];
    const { partition, region, accountId } = this.place;
    if (resource === undefined) return `unresolved:${logicalId}`;
    const name = this.nameOf(logicalId, resource);
    switch (resource.Type) {
      case 'AWS::IAM::Role':
        return `arn:${partition}:iam::${accountId}:role${this.pathOf(resource)}${name}`;
      case 'AWS::IAM::ManagedPolicy':
        return `arn:${partition}:iam::${accountId}:policy${this.pathOf(resource)}${name}`;
      case 'AWS::BedrockAgentCore::Runtime':
        return `arn:${partition}:bedrock-agentcore:${region}:${accountId}:runtime/${name}`;
      case 'AWS::BedrockAgentCore::RuntimeEndpoint': {
        const runtimeId = this.text(resource.Properties?.AgentRuntimeId);
        return `arn:${partition}:bedrock-agentcore:${region}:${accountId}:runtime/${runtimeId}/runtime-endpoint/${name}`;
      }
      case 'AWS::BedrockMantle::Project':
        return `arn:${partition}:bedrock-mantle:${region}:${accountId}:project/${name}`;
      case 'AWS::S3::Bucket':
        return `arn:${partition}:s3:::${name}`;
      case 'AWS::Lambda::Version':
        return `${this.functionArn(resource)}:1`;
      case 'AWS::Lambda::Alias':
        return `${this.functionArn(resource)}:${this.text(resource.Properties?.Name)}`;
      case 'AWS::Events::Rule': {
        const bus = resource.Properties?.EventBusName;
        const folder = bus === undefined ? '' : `${busName(this.text(bus))}/`;
        return `arn:${partition}:events:${region}:${accountId}:rule/${folder}${name}`;
      }
      case 'AWS::Scheduler::Schedule': {
        const group = resource.Properties?.GroupName;
        return `arn:${partition}:scheduler:${region}:${accountId}:schedule/${group === undefined ? 'default' : this.text(group)}/${name}`;
      }
      default: {
        const form = ARN_FORMS[resource.Type];
        if (form !== undefined)
          return `arn:${partition}:${form[0]}:${region}:${accountId}:${form[1]}${name}${form[2] ?? ''}`;

        const [, service, type] = resource.Type.split('::');
        return `arn:${partition}:${service.toLowerCase()}:${region}:${accountId}:${(type ?? '').toLowerCase()}/${name}`;
      }
    }
  }

  private nameOf(logicalId: string, resource: TemplateResource): string {
    const properties = resource.Properties ?? {};
    switch (resource.Type) {
      case 'AWS::IAM::Role':
        return properties.RoleName === undefined ? logicalId : this.text(properties.RoleName);
      case 'AWS::IAM::ManagedPolicy':
        return properties.ManagedPolicyName === undefined ? logicalId : this.text(properties.ManagedPolicyName);
      case 'AWS::BedrockAgentCore::Runtime': {
        const name = properties.AgentRuntimeName === undefined ? logicalId : this.text(properties.AgentRuntimeName);
        return `${name}-${runtimeSuffix(logicalId)}`;
      }
      case 'AWS::BedrockAgentCore::RuntimeEndpoint':
        return properties.Name === undefined ? logicalId : this.text(properties.Name);
      case 'AWS::S3::Bucket':
        return properties.BucketName === undefined ? logicalId.toLowerCase() : this.text(properties.BucketName);
      case 'AWS::BedrockMantle::Project':
        return `proj_${logicalId}`;
      default: {
        const given = properties[NAME_PROPERTIES[resource.Type] ?? ''];
        return given === undefined ? logicalId : this.text(given);
      }
    }
  }

  private pathOf(resource: TemplateResource): string {
    return resource.Properties?.Path === undefined ? '/' : this.text(resource.Properties.Path);
  }

  private walk(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((entry) => this.walk(entry)).filter((entry) => entry !== NO_VALUE);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    if (entries.length === 1) {
      const [name, argument] = entries[0] as [string, unknown];
      const intrinsic = this.intrinsics[name];
      if (intrinsic !== undefined) return intrinsic(argument);
      if (name.startsWith('Fn::')) return `unresolved:${name}`;
    }
    return Object.fromEntries(
      entries.map(([key, entry]) => [key, this.walk(entry)] as const).filter(([, entry]) => entry !== NO_VALUE),
    );
  }

  private readonly intrinsics: Record<string, Unary> = {
    Ref: (argument) => this.ref(String(argument)),
    'Fn::GetAtt': (argument) => {
      const [id, attribute] = Array.isArray(argument) ? argument.map(String) : String(argument).split(/\.(.*)/s);
      return this.attribute(id, attribute);
    },
    'Fn::Join': (argument) => {
      const [separator, parts] = argument as [string, unknown];
      const list = this.walk(parts);
      return Array.isArray(list) ? list.map((part) => this.text(part)).join(separator) : 'unresolved:Fn::Join';
    },
    'Fn::Sub': (argument) => {
      const [text, variables] = (Array.isArray(argument) ? argument : [argument, {}]) as [
        string,
        Record<string, unknown>,
      ];
      return text.replace(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) => {
        if (literal) return `\${${name}}`;
        if (Object.hasOwn(variables, name)) return this.text(variables[name]);
        const [id, attribute] = name.split(/\.(.*)/s);
        return String(attribute === undefined ? this.ref(id) : this.attribute(id, attribute));
      });
    },
    'Fn::Select': (argument) => {
      const [index, list] = argument as [unknown, unknown];
      const resolved = this.walk(list);
      return Array.isArray(resolved) ? (resolved[Number(this.walk(index))] as unknown) : 'unresolved:Fn::Select';
    },
    'Fn::Split': (argument) => {
      const [separator, text] = argument as [string, unknown];
      return this.text(text).split(separator);
    },
    'Fn::FindInMap': (argument) => {
      const [map, top, second] = (argument as unknown[]).map((part) => this.text(part));
      return this.template.Mappings?.[map]?.[top]?.[second] ?? 'unresolved:Fn::FindInMap';
    },
    'Fn::ImportValue': (argument) => {
      const name = this.text(argument);
      return this.others.exported(name) ?? `unresolved:import:${name}`;
    },
    'Fn::GetStackOutput': (argument) => {
      const { StackName, OutputName } = argument as { StackName: unknown; OutputName: unknown };
      const [stack, name] = [this.text(StackName), this.text(OutputName)];
      return this.others.output(stack, name) ?? `unresolved:output:${stack}.${name}`;
    },
    'Fn::GetAZs': () => ['a', 'b', 'c'].map((zone) => `${this.place.region}${zone}`),
    'Fn::If': (argument) => {
      const [name, then, otherwise] = argument as [string, unknown, unknown];
      return this.walk(this.condition({ Condition: name }) ? then : otherwise);
    },
  };

  private ref(id: string): unknown {
    const { accountId, region, partition } = this.place;
    switch (id) {
      case 'AWS::AccountId':
        return accountId;
      case 'AWS::Region':
        return region;
      case 'AWS::Partition':
        return partition;
      case 'AWS::URLSuffix':
        return 'amazonaws.com';
      case 'AWS::StackName':
        return this.stackName;
      case 'AWS::StackId':
        return `arn:${partition}:cloudformation:${region}:${accountId}:stack/${this.stackName}/local`;
      case 'AWS::NoValue':
        return NO_VALUE;
    }
    const parameter = this.template.Parameters?.[id];
    if (parameter !== undefined) return parameter.Default ?? `unresolved:parameter:${id}`;
    const resource = this.template.Resources?.[id];
    if (resource === undefined) return `unresolved:${id}`;
    return this.once(id, () => {
      if (REF_IS_ARN.includes(resource.Type)) return this.arn(id);
      const name = this.nameOf(id, resource);
      return resource.Type === 'AWS::SQS::Queue' ? `https://sqs.${region}.amazonaws.com/${accountId}/${name}` : name;
    });
  }

  /** Of the function that a version or an alias belongs to. */
  private functionArn(resource: TemplateResource): string {
    const { partition, region, accountId } = this.place;
    const name = this.text(resource.Properties?.FunctionName).replace(/^arn:.*:function:/, '');
    return `arn:${partition}:lambda:${region}:${accountId}:function:${name}`;
  }

  private attribute(id: string, attribute: string): string {
    return this.once(id, () => {
      if (/Arn$/.test(attribute)) return this.arn(id);
      const resource = this.template.Resources?.[id];
      if (resource !== undefined && /(^|Runtime)Id$|^Name$|^(Queue|Topic)Name$/.test(attribute))
        return this.nameOf(id, resource);
      return `${id}.${attribute}`;
    });
  }

  /** A template that refers to itself in a circle cannot be deployed; here it must not hang. */
  private once(id: string, resolve: () => string): string {
    if (this.resolving.has(id)) return `unresolved:circular:${id}`;
    this.resolving.add(id);
    try {
      return resolve();
    } finally {
      this.resolving.delete(id);
    }
  }

  private condition(value: unknown): boolean {
    const [name, argument] = Object.entries(value as Record<string, unknown>)[0];
    const list = argument as unknown[];
    switch (name) {
      case 'Condition': {
        const definition = this.template.Conditions?.[String(argument)];
        return definition !== undefined && this.condition(definition);
      }
      case 'Fn::Equals':
        return this.text(list[0]) === this.text(list[1]);
      case 'Fn::Not':
        return !this.condition(list[0]);
      case 'Fn::And':
        return list.every((entry) => this.condition(entry));
      case 'Fn::Or':
        return list.some((entry) => this.condition(entry));
      default:
        return false;
    }
  }
}
