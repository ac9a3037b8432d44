import { type TurnMachine, turnMachines } from '../model/turn-starters';
import { longestPath } from '../model/machine-paths';
import type { Resource } from '../model/assembly';
import { calleesOf } from '../model/state-call';
import { type Flow, type State, stateMachines, statesOf } from '../model/state-machine';
import type { TemplateModel } from '../model/template-model';
import { rolesByResource, type Step, type StepKind, stepsOf } from '../model/turn-steps';
import type { Agent } from './agent';
import { type App, sorted } from './app';
import { permissionsOf } from './permissions';
import { boundText } from './phrases';
import { reachesOf } from './reaches';
import { identityName } from './roles';
import type { CalledResource, Reached, Requester, Workflow, WorkflowTask } from './statement';
import type { Ways } from './ways';

/** The state machines that lead to an agent, by their role for its turns. */
export interface WorkflowReading {
  readonly workflow?: Workflow;
  /** Names of those that work on sessions without opening one: they end turns. */
  readonly settlements: ReadonlySet<string>;
}

/** Reads the state machine that runs the turns of an agent, and those around it. */
export function readWorkflow(app: App, agent: Agent, { steps }: Ways): WorkflowReading {
  const machines = new Set(steps.filter(({ type }) => type === 'AWS::StepFunctions::StateMachine'));
  const running = turnMachines(app.model).find(
    ({ agent: id, machine }) => id === agent.id && machines.has(machine.resource),
  );
  if (running) {
    machines.delete(running.machine.resource);
  }
  const others = stateMachines(app.model).flatMap(({ resource, flow }) =>
    flow && machines.has(resource) ? [{ resource, flow, ends: worksOnSessions(app.model, flow) }] : [],
  );
  const requesting = new Map(others.filter(({ ends }) => !ends).map(({ resource, flow }) => [resource, flow]));
  return {
    ...(running
      ? {
          workflow: {
            name: app.nameOf(running.machine.resource),
            tasks: tasksOf(app, running),
            requesters: [...requesting].map(([resource, flow]) => requesterOf(app, resource, flow)),
          },
        }
      : {}),
    settlements: new Set(others.filter(({ ends }) => ends).map(({ resource }) => app.nameOf(resource))),
  };
}

function worksOnSessions(model: TemplateModel, flow: Flow): boolean {
  return stepsOf(model, flow).some(({ kinds }) => WORK_ON_SESSIONS.some((kind) => kinds.has(kind)));
}

const WORK_ON_SESSIONS: readonly StepKind[] = ['sends an event', 'reads items', 'deletes a session'];

function tasksOf(app: App, { machine: { flow }, steps }: TurnMachine): WorkflowTask[] {
  return longestPath(flow).tasks.map((state) => taskOf(app, state, steps.get(state)));
}

function taskOf(app: App, state: State, step: Step | undefined): WorkflowTask {
  const call = state.call!;
  const timeout = app.number(state.node.at('TimeoutSeconds'));
  const functions = functionsOf(step?.callees.map(({ resource }) => resource) ?? []);
  return {
    state: state.name,
    calls: call.api,
    does: [...(step?.kinds ?? [])].sort(),
    on: calledBy(app, state),
    reaches: reachedBy(app, functions),
    ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
  };
}

/** The resources that a call names, except functions, whose reach is separate. */
function calledBy(app: App, { call }: State): CalledResource[] {
  if (!call) {
    return [];
  }
  if (call.api === 'events:putEvents') {
    const entries = call.arguments.flatMap((node) => node.at('Entries')).flatMap((list) => list.items());
    return entries.map((entry) => {
      const [bus] = app.targets(entry.at('EventBusName'));
      const type = app.said(entry.at('DetailType')) || formatted(app.said(entry.at('DetailType.$')));
      return {
        name: bus ? app.nameOf(bus) : app.said(entry.at('EventBusName')) || 'default',
        type: 'AWS::Events::EventBus',
        facts: type === '' ? [] : [`event: ${type}`],
      };
    });
  }
  const called = calleesOf(app.model, call)
    .map(({ resource }) => resource)
    .filter(({ type }) => !/^AWS::Lambda::|::GuardrailVersion$/.test(type));
  return [...new Set(called)].map((resource) => ({
    name: app.nameOf(resource),
    type: resource.type,
    facts: factsOf(app, resource),
  }));
}

/** `Managed Agent Turn …` of the format that a state fills in. */
function formatted(expression: string): string {
  return (/'(.*)'/.exec(expression)?.[1] ?? expression).replaceAll('{}', '…');
}

const GUARDRAIL_POLICIES: Readonly<Record<string, string>> = {
  ContentPolicyConfig: 'content filters',
  TopicPolicyConfig: 'denied topics',
  WordPolicyConfig: 'words',
  SensitiveInformationPolicyConfig: 'sensitive information',
  ContextualGroundingPolicyConfig: 'grounding',
};

/** Details of the resource that a step calls, for readers of the workflow. */
function factsOf(app: App, { type, properties }: Resource): string[] {
  switch (type) {
    case 'AWS::Bedrock::Guardrail':
      return Object.entries(GUARDRAIL_POLICIES).flatMap(([property, text]) =>
        properties.at(property).length > 0 ? [text] : [],
      );
    case 'AWS::S3::Bucket': {
      const retention = properties.at('ObjectLockConfiguration', 'Rule', 'DefaultRetention');
      const [mode] = retention.flatMap((node) => node.at('Mode'));
      const days = app.number(retention.flatMap((node) => node.at('Days')));
      return mode && days !== undefined
        ? [`locked for ${boundText({ value: days, unit: 'days' })} (${app.said([mode]).toLowerCase()})`]
        : [];
    }
    default:
      return [];
  }
}

function functionsOf(resources: readonly Resource[]): Resource[] {
  return resources.filter(({ type }) => type === 'AWS::Lambda::Function');
}

/** The permissions of the roles of functions. */
function reachedBy(app: App, functions: readonly Resource[]): Reached[] {
  const byFunction = rolesByResource(app.model);
  const roles = new Set(functions.flatMap((each) => byFunction.get(each) ?? []));
  return [...roles].flatMap((role) =>
    reachesOf(
      permissionsOf(app, role).map(({ permission }) => permission),
      identityName(app, role),
    ),
  );
}

/** A state machine of the app that starts turns. */
function requesterOf(app: App, resource: Resource, flow: Flow): Requester {
  const states = statesOf(flow);
  const lists = states.filter(({ type }) => type === 'Map');
  const limits = lists.map(({ node }) => app.number(node.at('MaxConcurrency')) ?? 0);
  const functions = states.flatMap(({ call }) =>
    call ? functionsOf(calleesOf(app.model, call).map((callee) => callee.resource)) : [],
  );
  return {
    name: app.nameOf(resource),
    ...(limits.length > 0 ? { itemsAtOnce: limits.includes(0) ? 0 : Math.max(...limits) } : {}),
    reaches: reachedBy(app, [...new Set(functions)]),
  };
}

/** Names of what keeps deliveries that failed: of the queues, rules and schedules on the ways to an agent. */
export function deadLetterQueuesOf(app: App, { paths, steps }: Ways): string[] {
  const sources = [...paths.flatMap(({ start }) => app.model.resource(start) ?? []), ...steps];
  const queues = [...new Set(sources)].flatMap(({ properties }) => [
    ...properties.at('RedrivePolicy', 'deadLetterTargetArn'),
    ...properties.at('DeadLetterConfig', 'TargetArn'),
    ...properties.at('Target', 'DeadLetterConfig', 'Arn'),
    ...properties
      .at('Targets')
      .flatMap((list) => list.items())
      .flatMap((target) => target.at('DeadLetterConfig', 'Arn')),
  ]);
  return sorted(app.targets(queues).map((queue) => app.nameOf(queue)));
}
