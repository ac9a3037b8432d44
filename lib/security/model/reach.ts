import { speaksOf } from '../policy/match';
import type { IndexedResource, TemplateIndex } from '../template-index';
import { mayStartTurns } from './agents';
import { listAt, textAt } from './json';
import { type IndexedRole, roleOf } from './roles';
import { definitionOf } from './state-machine';

/**
 * What can start turns of an agent, directly or through others: functions and state machines whose role may create
 * sessions, what may start or feed those, and so on up to rules and schedules.
 */
export interface Reach {
  /** Functions and state machines whose own role may start turns. */
  readonly starters: ReadonlySet<string>;
  /** Ids of every resource that leads to a starter, the starters included. */
  readonly reaching: ReadonlySet<string>;
}

/** Types that run under a role, and the property that names it. */
const ROLE_PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  'AWS::Lambda::Function': ['Role'],
  'AWS::StepFunctions::StateMachine': ['RoleArn'],
  'AWS::Pipes::Pipe': ['RoleArn'],
};

/** What a role needs to set another resource going, by the type of that resource. */
const FEEDING_ACTIONS: Readonly<Record<string, string>> = {
  'AWS::Lambda::Function': 'lambda:InvokeFunction',
  'AWS::StepFunctions::StateMachine': 'states:StartExecution',
  'AWS::SQS::Queue': 'sqs:SendMessage',
  'AWS::SNS::Topic': 'sns:Publish',
  'AWS::Events::EventBus': 'events:PutEvents',
};

/** What reaches an agent in the app. */
export function reach(index: TemplateIndex): Reach {
  return index.view(collect);
}

/** The role a function or state machine runs under. */
export function roleOfCompute(index: TemplateIndex, resource: IndexedResource): IndexedRole | undefined {
  for (const property of ROLE_PROPERTIES[resource.type] ?? []) {
    const role = roleOf(index, textAt(resource.properties, property));
    if (role) {
      return role;
    }
  }
  return undefined;
}

/** The targets of an EventBridge rule or schedule. */
export function targetsOf(resource: IndexedResource): unknown[] {
  return resource.type === 'AWS::Events::Rule'
    ? listAt(resource.properties, 'Targets')
    : listAt(resource.properties, 'Target');
}

function collect(index: TemplateIndex): Reach {
  const compute = index.ofType(...Object.keys(ROLE_PROPERTIES));
  const starters = new Set(
    compute
      .filter((resource) => {
        const role = roleOfCompute(index, resource);
        return role !== undefined && mayStartTurns(role);
      })
      .map(({ id }) => id),
  );
  const reaching = new Set(starters);
  if (starters.size === 0) {
    return { starters, reaching };
  }
  const edges = feeders(index, compute);
  const queue = [...starters];
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const feeder of edges.get(id) ?? []) {
      if (!reaching.has(feeder)) {
        reaching.add(feeder);
        queue.push(feeder);
      }
    }
  }
  return { starters, reaching };
}

/** For each resource, the ids of what sets it going. */
function feeders(index: TemplateIndex, compute: readonly IndexedResource[]): Map<string, Set<string>> {
  const edges = new Map<string, Set<string>>();
  const add = (to: IndexedResource | undefined, from: string | undefined): void => {
    if (to && from !== undefined && to.id !== from) {
      edges.set(to.id, (edges.get(to.id) ?? new Set()).add(from));
    }
  };
  for (const source of compute) {
    for (const statement of roleOfCompute(index, source)?.statements ?? []) {
      if (statement.effect === 'Allow') {
        for (const target of statement.resources.flatMap((resource) => index.mentioned(resource))) {
          const action = FEEDING_ACTIONS[target.type];
          if (action && speaksOf(statement, action)) {
            add(target, source.id);
          }
        }
      }
    }
    for (const target of definitionOf(source)?.resources(index) ?? []) {
      add(target, source.id);
    }
  }
  for (const mapping of index.ofType('AWS::Lambda::EventSourceMapping')) {
    const { FunctionName, EventSourceArn } = mapping.properties;
    add(index.target(FunctionName), index.target(EventSourceArn)?.id);
  }
  for (const subscription of index.ofType('AWS::SNS::Subscription')) {
    add(index.target(subscription.properties.Endpoint), index.target(subscription.properties.TopicArn)?.id);
  }
  for (const rule of index.ofType('AWS::Events::Rule', 'AWS::Scheduler::Schedule')) {
    for (const target of targetsOf(rule)) {
      add(index.target(textAt(target, 'Arn')), rule.id);
      add(rule, index.target(rule.properties.EventBusName)?.id);
    }
  }
  return edges;
}
