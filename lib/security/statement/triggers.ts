import type { Agent } from './agent';
import type { Identities, Identity } from './roles';
import { sessionStarters } from './starters';
import { listOf, objectOf, sortedBy, type Item, type Source } from './source';
import type { Trigger } from './statement';
import { passedIn } from './trigger-input';

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
  readonly path: readonly string[];
}

/** Follows what drives an agent back to what starts it: rules, schedules, queues, topics, URLs, APIs. */
export function chainOf(agent: Agent, identities: Identities, source: Source): Chain {
  const triggers = new Map<string, Trigger>();
  const reached = new Map<string, Step>();
  const openTo = new Map<string, Identity>();
  const workers = source.view(workersByRole);
  const queue: Step[] = sessionStarters(agent, identities).flatMap(({ item }) =>
    (workers.get(item.key) ?? []).map((worker) => ({ item: worker, path: [item.name] })),
  );
  for (let step = queue.shift(); step; step = queue.shift()) {
    const { item, path } = step;
    if (reached.has(item.key)) {
      continue;
    }
    reached.set(item.key, step);
    const way = [item.name, ...path];
    for (const trigger of triggersInto(item, way, source)) {
      triggers.set(`${trigger.type} ${trigger.name}`, trigger);
    }
    for (const before of feedersOf(item, source)) {
      queue.push({ item: before, path: way });
    }
    const actions = START_ACTIONS[item.type] ?? [];
    const starters = new Set(actions.flatMap((action) => [...identities.able(action).keys()]));
    for (const identity of starters) {
      if (!actions.some((action) => identities.may(identity, action, `\${${item.name}}`))) {
        continue;
      }
      const behind = workers.get(identity.item.key) ?? [];
      behind.forEach((worker) => queue.push({ item: worker, path: way }));
      if (!behind.length && !startedByAService(identity)) {
        openTo.set(identity.item.key, identity);
      }
    }
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

function triggersInto(item: Item, path: readonly string[], source: Source): Trigger[] {
  const hits = (value: unknown) => source.target(value)?.key === item.key;
  const found: Trigger[] = [];
  for (const rule of source.items('AWS::Events::Rule')) {
    const { Targets, EventPattern, ScheduleExpression, State } = rule.properties;
    for (const target of listOf(Targets)
      .map(objectOf)
      .filter(({ Arn }) => hits(Arn))) {
      found.push({
        name: rule.name,
        type: 'EventBridge rule',
        when: `${source.text(EventPattern ?? ScheduleExpression)}${State === 'DISABLED' ? ' (disabled)' : ''}`,
        path,
        passesIn: passedIn(target, item, source),
        deadLetterQueue: objectOf(target.DeadLetterConfig).Arn !== undefined,
      });
    }
  }
  for (const schedule of source.items('AWS::Scheduler::Schedule')) {
    const target = objectOf(schedule.properties.Target);
    if (hits(target.Arn)) {
      const { ScheduleExpression, ScheduleExpressionTimezone, State } = schedule.properties;
      const zone = ScheduleExpressionTimezone === undefined ? '' : ` ${source.text(ScheduleExpressionTimezone)}`;
      found.push({
        name: schedule.name,
        type: 'schedule',
        when: `${source.text(ScheduleExpression)}${zone}${State === 'DISABLED' ? ' (disabled)' : ''}`,
        path,
        // A schedule has no event of its own: what it sends is in the template.
        passesIn: passedIn({ Input: '' }, item, source),
        deadLetterQueue: objectOf(target.DeadLetterConfig).Arn !== undefined,
      });
    }
  }
  for (const url of source.items('AWS::Lambda::Url').filter(({ properties }) => hits(properties.TargetFunctionArn))) {
    const open = url.properties.AuthType === 'NONE';
    found.push({
      name: url.name,
      type: 'function URL',
      when: open ? 'an HTTPS request of anybody' : 'an HTTPS request signed with IAM credentials',
      path,
      passesIn: passedIn({}, item, source),
    });
  }
  for (const type of ['AWS::ApiGateway::Method', 'AWS::ApiGatewayV2::Integration']) {
    for (const api of source.items(type)) {
      const uri = objectOf(api.properties.Integration).Uri ?? api.properties.IntegrationUri;
      if (uri !== undefined && source.mentioned(uri).some(({ key }) => key === item.key)) {
        const { HttpMethod, AuthorizationType } = api.properties;
        const authorized = AuthorizationType === undefined ? '' : `, authorization ${source.text(AuthorizationType)}`;
        found.push({
          name: api.name,
          type: 'API',
          when: `a request ${source.text(HttpMethod ?? 'of a route')}${authorized}`,
          path,
          passesIn: passedIn({}, item, source),
        });
      }
    }
  }
  for (const permission of source
    .items('AWS::Lambda::Permission')
    .filter(({ properties }) => hits(properties.FunctionName))) {
    const { Principal, SourceArn, SourceAccount } = permission.properties;
    const principal = source.text(Principal);
    // Rules, APIs and URLs are listed themselves.
    if (!['events.amazonaws.com', 'scheduler.amazonaws.com', 'apigateway.amazonaws.com', '*'].includes(principal)) {
      const from = [SourceArn, SourceAccount].filter((part) => part !== undefined).map((part) => source.text(part));
      found.push({
        name: permission.name,
        type: 'invoke permission',
        when: `a call of ${principal}${from.length ? ` for ${from.join(' of ')}` : ''}`,
        path,
        passesIn: passedIn({}, item, source),
      });
    }
  }
  return found;
}
