import type { Resource } from './assembly';
import { literalOf } from './compose-text';
import type { Node } from './node';
import type { TemplateModel } from './template-model';
import type { Case, Text } from './text';

/** What a task calls. */
export interface Call {
  /**
   * Service and action as the integration names them, whether it is optimized or an AWS SDK integration:
   * `lambda:invoke`, `dynamodb:updateItem`, `bedrockruntime:applyGuardrail`, `states:startExecution`, `http:invoke`.
   * A function or an activity named by its ARN is `lambda:invoke` or `states:activity`; `unknown` can't be read.
   */
  readonly api: string;
  /** Whether the state waits for what it calls: for the response only, for the end (`.sync`), or for a task token. */
  readonly waits: 'response' | 'end' | 'task token';
  /** `Arguments` or `Parameters` of the task. */
  readonly arguments: readonly Node[];
  /** What the task names as resource. */
  readonly resource: readonly Case<Text>[];
}

/** A resource that a call names, and in which argument. */
export interface Callee {
  readonly resource: Resource;
  /** `FunctionName`; `Resource` for a task that names a function directly. */
  readonly argument: string;
  /** What follows the name of the resource: an alias, a path. */
  readonly suffix: Text;
}

/** Services whose name differs between the AWS SDK and the optimized integrations. */
const SDK_NAMES: ReadonlyMap<string, string> = new Map([
  ['sfn', 'states'],
  ['eventbridge', 'events'],
]);

/** Arguments that are plain names, with the types of resources that they name. */
const NAMING_ARGUMENTS: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'FunctionName',
    ['AWS::Lambda::Function', 'AWS::Lambda::Alias', 'AWS::Lambda::Version', 'AWS::Serverless::Function'],
  ],
  ['StateMachineArn', ['AWS::StepFunctions::StateMachine', 'AWS::StepFunctions::StateMachineAlias']],
  ['TableName', ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable']],
  ['Bucket', ['AWS::S3::Bucket']],
  ['EventBusName', ['AWS::Events::EventBus']],
  ['QueueUrl', ['AWS::SQS::Queue']],
  ['TopicArn', ['AWS::SNS::Topic']],
  ['ProjectName', ['AWS::CodeBuild::Project']],
  ['Cluster', ['AWS::ECS::Cluster']],
  ['TaskDefinition', ['AWS::ECS::TaskDefinition']],
  ['JobQueue', ['AWS::Batch::JobQueue']],
  ['JobDefinition', ['AWS::Batch::JobDefinition']],
  ['SecretId', ['AWS::SecretsManager::Secret']],
  ['GuardrailIdentifier', ['AWS::Bedrock::Guardrail']],
]);

const RESOURCE_TYPES = [...NAMING_ARGUMENTS.get('FunctionName')!, 'AWS::StepFunctions::Activity'];

/** The call of a `Task` state. */
export function callOf(model: TemplateModel, state: Node): Call | undefined {
  const resource = state.at('Resource').flatMap((node) => node.texts());
  if (resource.length === 0) {
    return undefined;
  }
  const written = literalOf(resource[0].value);
  const [, integration, pattern] = /^arn:[^:]*:states:[^:]*:[^:]*:([a-z][^.]*)\.?(.*)$/.exec(written ?? '') ?? [];
  return {
    api: apiOf(model, integration, resource[0].value),
    waits: pattern?.startsWith('sync') ? 'end' : pattern === 'waitForTaskToken' ? 'task token' : 'response',
    arguments: [...state.at('Arguments'), ...state.at('Parameters')],
    resource,
  };
}

function apiOf(model: TemplateModel, integration: string | undefined, resource: Text): string {
  if (integration?.startsWith('activity:')) {
    return 'states:activity';
  }
  if (integration !== undefined) {
    const [service, action = ''] = integration.replace(/^aws-sdk:/, '').split(':');
    const name = SDK_NAMES.get(service) ?? service;
    return `${name}:${action}`;
  }
  const [first] = resource;
  const named = model.named(resource, ...RESOURCE_TYPES).map(({ resource: { type } }) => type);
  return named.includes('AWS::StepFunctions::Activity')
    ? 'states:activity'
    : named.length > 0 || (typeof first === 'string' && /^arn:[^:]*:lambda:/.test(first))
      ? 'lambda:invoke'
      : 'unknown';
}

/** The resources that a call names in its arguments, or as its resource. */
export function calleesOf(model: TemplateModel, call: Call): Callee[] {
  const direct = call.resource.flatMap(({ value }) => found(model, value, 'Resource', RESOURCE_TYPES));
  const passed = call.arguments.flatMap((node) => below(model, node, ''));
  return [...direct, ...passed];
}

/** Whether a text, with or without holes, is an expression of JSONata. */
export const beginsExpression = ([first]: Text): boolean => typeof first === 'string' && /^\s*\{%/.test(first);

/** Arguments that the input of the execution decides: `FunctionName` of `"FunctionName.$": "$.name"`. */
export function dynamicArguments(call: Call): string[] {
  return call.arguments.flatMap((node) =>
    node.entries().flatMap(([key, value]) => {
      const computed = value.texts().some(({ value: text }) => beginsExpression(text));
      return key.endsWith('.$') ? [key.slice(0, -2)] : computed ? [key] : [];
    }),
  );
}

function below(model: TemplateModel, node: Node, argument: string): Callee[] {
  switch (node.kind) {
    case 'object':
      return node.entries().flatMap(([key, inner]) => below(model, inner, key));
    case 'list':
      return node.items().flatMap((item) => below(model, item, argument));
    default:
      return node.texts().flatMap(({ value }) => found(model, value, argument, NAMING_ARGUMENTS.get(argument) ?? []));
  }
}

function found(model: TemplateModel, text: Text, argument: string, types: readonly string[]): Callee[] {
  const literal = literalOf(text);
  if (types.length === 0 && literal !== undefined && !literal.includes('arn:')) {
    return []; // Most arguments aren't names.
  }
  return model.named(text, ...types).map(({ resource, suffix }) => ({ resource, argument, suffix }));
}
