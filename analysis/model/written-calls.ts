import { type ActionClass, classify } from '../facts/action-classes';
import { actionOf, levelOf } from '../facts/actions';
import { isCustomResource } from '../facts/custom-resources';
import { agents } from './agents';
import type { Resource } from './assembly';
import { literalOf } from './compose-text';
import { governanceOf } from './governance';
import type { Guard } from './guard';
import { judgingGuardrails } from './judging-guardrails';
import type { Model } from './model';
import { networkControls } from './network-parts';
import type { Node } from './node';
import { accountOf, ownAccounts } from './own-accounts';
import { stateMachines, statesOf, textAt } from './state-machine';
import type { TemplateModel } from './template-model';
import type { Place } from './text';
import { type TextBelow, textsBelow } from './texts-below';

/** A call of an AWS API that is written in the template. */
export interface WrittenCall {
  /** In the spelling of the service authorization reference, if it has the action: `cloudtrail:StopLogging`. */
  readonly action: string;
  /** The schedule, state machine or custom resource that makes it. */
  readonly maker: Resource;
  readonly place: Place;
  readonly guard: Guard;
  /** The arguments of the call. */
  readonly given: readonly Node[];
}

/** A written call that changes something that governs an agent, and what it changes. */
export interface WrittenChange extends WrittenCall {
  readonly of: Resource;
}

/**
 * The calls that change what governs an agent: its trail, evidence, logs, keys, workflow, roles or network. Calls that read,
 * write data or start something are left out. Unknown calls are included.
 */
export function writtenChanges(model: TemplateModel): readonly WrittenChange[] {
  return model.view(collect);
}

/** Whether a custom resource is an AwsCustomResource of aws-cdk-lib, and the template says what it calls. */
export function callsAsWritten(model: Model, { properties }: Resource): boolean {
  const calls = CALLS.flatMap((key) => properties.at(key));
  return (
    calls.length > 0 &&
    calls.every((node) => callsIn(node).some((call) => calledBy(call) !== undefined)) &&
    properties
      .at('ServiceToken')
      .flatMap((node) => node.texts())
      .flatMap(({ value }) => model.mentioned(value))
      .some(({ logicalId }) => logicalId.startsWith(PROVIDER))
  );
}

/** The function of AwsCustomResource, by its id in every stack. */
const PROVIDER = 'AWS679f53fac002430cb0da5b7982bd2287';

/** Every call that custom resources, schedules and state machines make. */
export function writtenCalls(model: TemplateModel): readonly WrittenCall[] {
  return model.view(everyCall);
}

function everyCall(model: TemplateModel): WrittenCall[] {
  return [...ofCustomResources(model), ...ofSchedules(model), ...ofStateMachines(model)];
}

function collect(model: TemplateModel): WrittenChange[] {
  const calls = writtenCalls(model).filter(({ action }) => isChange(action));
  if (calls.length === 0) {
    return [];
  }
  const governing = new Set([
    ...agents(model).flatMap((agent) =>
      [...governanceOf(model, agent).keys()].flatMap((id) => model.resource(id) ?? []),
    ),
    ...networkControls(model),
    ...judgingGuardrails(model),
  ]);
  const types = [...new Set([...governing].map(({ type }) => type))];
  return calls.flatMap((call) => {
    const of = givenTexts(call.given)
      .flatMap(({ value }) => [
        ...model.mentioned(value),
        ...model.named(value, ...types).map(({ resource }) => resource),
      ])
      .find((each) => governing.has(each) && each !== call.maker);
    return of && !staysInside(model, call, of) ? [{ ...call, of }] : [];
  });
}

/**
 * Calls that turn on a protection of a resource, take rules from a security group or publish a guardrail as it is. Others of
 * EC2 enable routes.
 */
const PROTECTS = /^(?:(?!ec2:)[^:]*:(?:start|enable|resume)|ec2:revoke|bedrock:createguardrailversion)/i;

/** Operations that only read. */
const READS = /:(?:get|list|describe|head|lookup|search|query|scan|select|check|test|validate|simulate)/i;

const isHarmless = (kind: ActionClass) => kind === 'data-read' || kind === 'data-write' || kind === 'start';

/** Whether an action changes a resource, and neither reads, writes data, starts nor protects. */
export function isChange(action: string): boolean {
  switch (levelOf(action)) {
    case 'read':
    case 'list':
    case 'tagging':
      return false;
    case undefined:
      return !READS.test(action);
    case 'permissions':
      return true;
    default:
      return !PROTECTS.test(action) && !classify(action).every((each) => isHarmless(each.class));
  }
}

/** Calls that give access or send data to somebody that they name. */
const GIVES = /:(?:put(?:\w*policy|permission|subscriptionfilter|targets)|addpermission|creategrant|subscribe)$/i;

/** Whether a call gives something to principals and resources of the owner's accounts only. */
function staysInside(model: TemplateModel, { action, given }: WrittenCall, of: Resource): boolean {
  if (!GIVES.test(action)) {
    return false;
  }
  const named = givenTexts(given).filter(({ value }) => !model.mentioned(value).includes(of));
  const accounts = named.map(({ value }) => accountOf(value)).filter((account) => account !== undefined);
  const isToAPart = named.some(({ value }) => model.mentioned(value).length > 0);
  return (
    (accounts.length > 0 || isToAPart) &&
    accounts.every((account) => ownAccounts(model).ofAccount(account) === 'own') &&
    !named.some(({ keys, value }) => literalOf(value) === '*' && /principal|^AWS$/i.test(keys.at(-1) ?? ''))
  );
}

/** Every text in the arguments of a call, including the texts of a policy that is written as a text. */
export function givenTexts(given: readonly Node[]): TextBelow[] {
  return given.flatMap((node) => textsBelow(node, { documents: true }));
}

/** `Create`, `Update` and `Delete` of an AwsCustomResource of aws-cdk-lib: JSON with service, action and parameters. */
function ofCustomResources(model: TemplateModel): WrittenCall[] {
  return model.resources
    .filter(({ type }) => isCustomResource(type))
    .flatMap((maker) =>
      CALLS.flatMap((key) => maker.properties.at(key))
        .flatMap(callsIn)
        .flatMap((call): WrittenCall[] => {
          const { place, guard } = call;
          const action = calledBy(call);
          return action === undefined ? [] : [{ action, maker, place, guard, given: call.at('parameters') }];
        }),
    );
}

const CALLS = ['Create', 'Update', 'Delete'];

const callsIn = (node: Node): readonly Node[] => (node.kind === 'object' ? [node] : node.json());

function calledBy(call: Node): string | undefined {
  const [service, action] = [textAt(call, 'service'), textAt(call, 'action')];
  return service === undefined || action === undefined ? undefined : actionName(service, action);
}

/** Universal targets of EventBridge Scheduler: `arn:aws:scheduler:::aws-sdk:cloudtrail:stopLogging`. */
function ofSchedules(model: TemplateModel): WrittenCall[] {
  return model.ofType('AWS::Scheduler::Schedule').flatMap((maker) =>
    maker.properties.at('Target').flatMap((target) =>
      target
        .at('Arn')
        .flatMap((node) => node.texts())
        .flatMap(({ value, guard }): WrittenCall[] => {
          const last = value.at(-1);
          const [, service, action] =
            /:scheduler:::aws-sdk:([a-z0-9]+):(\w+)$/i.exec(typeof last === 'string' ? last : '') ?? [];
          const given = target.at('Input').flatMap((input) => input.json());
          return service === undefined
            ? []
            : [{ action: actionName(service, action), maker, place: target.place, guard, given }];
        }),
    ),
  );
}

function ofStateMachines(model: TemplateModel): WrittenCall[] {
  return stateMachines(model).flatMap(({ resource: maker, flow, guard }) =>
    (flow ? statesOf(flow) : []).flatMap(({ call, node }): WrittenCall[] => {
      const [service, action] = call?.api.split(':') ?? [];
      return call && action
        ? [{ action: actionName(service, action), maker, place: node.place, guard, given: call.arguments }]
        : [];
    }),
  );
}

/** SDK clients whose name isn't the prefix of their actions. */
const PREFIXES: ReadonlyMap<string, string> = new Map([
  ['cloudwatchlogs', 'logs'],
  ['cloudwatchevents', 'events'],
  ['eventbridge', 'events'],
  ['sfn', 'states'],
  ['stepfunctions', 'states'],
  ['bedrockruntime', 'bedrock'],
  ['bedrockagentcorecontrol', 'bedrock-agentcore'],
  ['elasticloadbalancingv2', 'elasticloadbalancing'],
]);

/** Operations whose action has another name (Service Authorization Reference, "Actions defined by"). */
const ACTIONS: ReadonlyMap<string, string> = new Map([
  ['lambda:invoke', 'lambda:InvokeFunction'],
  ['lambda:invokeasync', 'lambda:InvokeFunction'],
  ['s3:copyobject', 's3:PutObject'],
  ['s3:deleteobjects', 's3:DeleteObject'],
  ['s3:headobject', 's3:GetObject'],
  ['s3:listobjects', 's3:ListBucket'],
  ['s3:listobjectsv2', 's3:ListBucket'],
  ['sqs:sendmessagebatch', 'sqs:SendMessage'],
  ['sqs:deletemessagebatch', 'sqs:DeleteMessage'],
  ['sns:publishbatch', 'sns:Publish'],
  ['dynamodb:transactwriteitems', 'dynamodb:PutItem'],
  ['dynamodb:transactgetitems', 'dynamodb:GetItem'],
]);

/** `@aws-sdk/client-cloudtrail` and `StopLoggingCommand` as `cloudtrail:StopLogging`. */
function actionName(service: string, operation: string): string {
  const client = service
    .toLowerCase()
    .replace(/^@aws-sdk\/client-/, '')
    .replace(/[^a-z0-9]/g, '');
  const prefix = PREFIXES.get(client) ?? client;
  const name = operation.replace(/Command$/, '').split('.')[0];
  const action = ACTIONS.get(`${prefix}:${name.toLowerCase()}`) ?? `${prefix}:${name}`;
  return actionOf(action)?.action ?? action;
}
