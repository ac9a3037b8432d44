import type { Agent } from './agent';
import type { Identities, Identity } from './roles';
import { sessionStarters } from './starters';
import { sortedBy, type Item, type Source } from './source';
import type { Trigger } from './statement';
import { customEventRules, triggersInto } from './trigger-sources';

/** Everything that leads to a turn of an agent. */
export interface Chain {
  readonly triggers: readonly Trigger[];
  /** Functions, state machines and queues on the way. */
  readonly compute: readonly Item[];
  /** The roles these work under. */
  readonly roles: readonly Identity[];
  /** Principals that nothing in the app works under and that may start a step on the way: people, pipelines. */
  readonly openTo: readonly Identity[];
}

/** Where a resource says which role it works under. */
const ROLE_PROPERTIES = ['Role', 'RoleArn', 'ServiceRole', 'TaskRoleArn', 'ExecutionRoleArn'];

const PUT_EVENTS = 'events:PutEvents';

/** Resources that are many and run nothing. */
const NEVER_WORKERS = /^AWS::(IAM|BedrockAgentCore|EC2|KMS|S3|Logs|CloudWatch|SSM|CDK|SNS|SQS)::/;

/** Actions that start something on the resource they are granted on. */
const START_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  'AWS::StepFunctions::StateMachine': ['states:StartExecution', 'states:StartSyncExecution'],
  'AWS::Lambda::Function': ['lambda:InvokeFunction'],
  'AWS::SQS::Queue': ['sqs:SendMessage'],
  'AWS::SNS::Topic': ['sns:Publish'],
  'AWS::Events::EventBus': ['events:PutEvents'],
  'AWS::CodeBuild::Project': ['codebuild:StartBuild'],
};

/** Step of the way back from the agent to what starts it: the steps behind it, nearest first. */
interface Step {
  readonly item: Item;
  /** What this step starts, nearest first. */
  readonly behind: readonly Item[];
}

/** Follows what drives an agent back to what starts it: rules, schedules, queues, topics, URLs, APIs. */
export function chainOf(agent: Agent, identities: Identities, source: Source): Chain {
  const triggers = new Map<string, Trigger>();
  const reached = new Map<string, Step>();
  const openTo = new Map<string, Identity>();
  const workers = source.view(workersByRole);
  const queue: Step[] = sessionStarters(agent, identities).flatMap(({ item }) =>
    (workers.get(item.key) ?? []).map((worker) => ({ item: worker, behind: [item] })),
  );
  /** What works under a principal is a step before; a principal that nothing works under is open to people. */
  const start = (able: Iterable<Identity>, may: (identity: Identity) => boolean, way: readonly Item[]): void => {
    for (const identity of [...able].filter(may)) {
      const workersBefore = workers.get(identity.item.key) ?? [];
      workersBefore.forEach((item) => queue.push({ item, behind: way }));
      if (!workersBefore.length && !startedByAService(identity)) {
        openTo.set(identity.item.key, identity);
      }
    }
  };
  for (let step = queue.shift(); step; step = queue.shift()) {
    const { item } = step;
    if (reached.has(item.key)) {
      continue;
    }
    reached.set(item.key, step);
    const way = [item, ...step.behind];
    for (const trigger of triggersInto(way, source)) {
      triggers.set(`${trigger.type} ${trigger.name}`, trigger);
    }
    for (const before of feedersOf(item, source)) {
      queue.push({ item: before, behind: way });
    }
    for (const [rule, bus] of customEventRules(item, source)) {
      start(identities.able(PUT_EVENTS).keys(), (identity) => identities.may(identity, PUT_EVENTS, bus), [
        rule,
        ...way,
      ]);
    }
    const actions = START_ACTIONS[item.type] ?? [];
    const able = new Set(actions.flatMap((action) => [...identities.able(action).keys()]));
    const own = `\${${item.name}}`;
    start(able, (identity) => actions.some((action) => identities.may(identity, action, own)), way);
  }
  return {
    triggers: sortedBy(triggers.values(), ({ name, type }) => `${name} ${type}`),
    compute: sortedBy(
      [...reached.values()].map(({ item }) => item),
      ({ key }) => key,
    ),
    roles: identities.all.filter(({ item }) => (workers.get(item.key) ?? []).some(({ key }) => reached.has(key))),
    openTo: sortedBy(openTo.values(), ({ item }) => item.key),
  };
}

/** Roles that EventBridge or the Scheduler use to deliver: the rule or schedule itself is listed as the trigger. */
function startedByAService({ trustedBy }: Identity): boolean {
  const services = [
    'events.amazonaws.com',
    'scheduler.amazonaws.com',
    'pipes.amazonaws.com',
    'apigateway.amazonaws.com',
  ];
  return trustedBy.length > 0 && trustedBy.every(({ principal }) => services.includes(principal));
}

function workersByRole(source: Source): Map<string, Item[]> {
  const workers = new Map<string, Item[]>();
  for (const item of source.all()) {
    if (NEVER_WORKERS.test(item.type)) {
      continue;
    }
    for (const property of ROLE_PROPERTIES) {
      const role = item.properties[property] === undefined ? undefined : source.target(item.properties[property]);
      if (
        role?.type === 'AWS::IAM::Role' &&
        !(item.type === 'AWS::ECS::TaskDefinition' && property === 'ExecutionRoleArn')
      ) {
        workers.set(role.key, [...(workers.get(role.key) ?? []), item]);
      }
    }
  }
  return workers;
}

/** Queues, streams and topics that hand what they get to a step. */
function feedersOf(item: Item, source: Source): Item[] {
  const mappings = source
    .items('AWS::Lambda::EventSourceMapping')
    .filter(({ properties }) => source.target(properties.FunctionName)?.key === item.key)
    .flatMap(({ properties }) => source.target(properties.EventSourceArn) ?? []);
  const topics = source
    .items('AWS::SNS::Subscription')
    .filter(({ properties }) => source.target(properties.Endpoint)?.key === item.key)
    .flatMap(({ properties }) => source.target(properties.TopicArn) ?? []);
  const aliases = ['AWS::Lambda::Alias', 'AWS::Lambda::Version', 'AWS::StepFunctions::StateMachineAlias']
    .flatMap((type) => source.items(type))
    .filter(({ properties }) => source.mentioned(properties).some(({ key }) => key === item.key));
  return [...mappings, ...topics, ...aliases];
}
