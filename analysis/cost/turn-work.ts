import { TURN_VARIABLES } from '../../lib/contracts/handler-variables';
import type { Resource } from '../model/assembly';
import { longestPath, type MachinePath } from '../model/machine-paths';
import { calleesOf } from '../model/state-call';
import { type State, stateMachines } from '../model/state-machine';
import { type TurnMachine, turnMachines, turnStarters } from '../model/turn-starters';
import { loopLength } from '../model/turn-steps';
import type { Agent } from '../statement/agent';
import { distinctBy, sortedBy } from '../statement/app';
import { type Ways, waysTo } from '../statement/ways';
import type { Assumed } from './assumptions';
import type { Quantities } from './quantities';

/** The work of the workflow for one turn. All zero for an agent without a workflow. */
export interface TurnWork {
  readonly transitions: number;
  readonly looks: number;
  readonly invocations: number;
  readonly armGigabyteSeconds: number;
  readonly x86GigabyteSeconds: number;
  readonly events: number;
  readonly queueRequests: number;
  readonly tableWrites: number;
  readonly tableReads: number;
  readonly objectWrites: number;
  readonly traces: number;
  readonly guardrails: readonly Resource[];
  readonly buckets: readonly Resource[];
  /** State machines and functions that this counted. */
  readonly counted: readonly Resource[];
  /** Parts of the path to a turn that aren't counted, each with the reason. */
  readonly problems: readonly string[];
}

/** Default memory of a function. Source: AWS::Lambda::Function, MemorySize. */
const DEFAULT_MEMORY = 128;

/** Sent, received and deleted. */
const REQUESTS_PER_MESSAGE = 3;

const FUNCTION = 'AWS::Lambda::Function';
const MACHINE = 'AWS::StepFunctions::StateMachine';

/** A call of a function on the path of a turn. */
interface Invocation {
  readonly state: State;
  readonly target: Resource | undefined;
}

/**
 * Reads the work around a turn from the state machine that runs turns of an agent, and from the functions on its path.
 */
export function turnWork(agent: Agent, read: Quantities, given: Assumed): TurnWork {
  const { app } = read;
  const { model } = app;
  const ways = waysTo(app, agent);
  const problems = unreadableMachines(read, ways);
  const { workflow, path } = workflowOf(read, ways, problems);
  const calls = path.tasks
    .filter(({ call }) => call!.api === 'lambda:invoke')
    .map((state): Invocation => ({
      state,
      target: functionsOf(
        read,
        calleesOf(model, state.call!).map(({ resource }) => resource),
      )[0],
    }));
  if (calls.some(({ target }) => target === undefined)) {
    problems.push('a function that the workflow calls is not in the app');
  }
  const look = lookOf(workflow, path);
  if (workflow && !look) {
    problems.push(
      `no step of ${app.nameOf(workflow.machine.resource)} is known to ask for the end of a turn, so repeated steps are not counted`,
    );
  }
  const asked = calls.find(({ state }) => state === look?.step.state);
  const listenSeconds = read.number(variable(asked?.target, TURN_VARIABLES.listenSeconds)) ?? 0;
  const looks = look ? looksIn(given.minutesPerTurn * 60, listenSeconds) : 0;
  const starter = starterOf(read, ways);
  const runs = [
    ...calls.flatMap(({ state, target }) =>
      target
        ? [
            state === look?.step.state
              ? { target, times: looks, seconds: given.functionSeconds + listenSeconds }
              : { target, times: 1, seconds: given.functionSeconds },
          ]
        : [],
    ),
    ...(starter ? [{ target: starter, times: 1, seconds: given.functionSeconds }] : []),
  ];
  const gigabyteSeconds = (isArm: boolean) =>
    runs
      .filter(({ target }) => app.list(target.properties.at('Architectures')).includes('arm64') === isArm)
      .reduce((sum, { target, times, seconds }) => sum + (times * seconds * memoryOf(read, target)) / 1024, 0);
  const named = workflow?.machine.root ? app.mentioned([workflow.machine.root]) : [];
  const guardrails = ofType(named, 'AWS::Bedrock::Guardrail');
  if (path.tasks.some(({ call }) => isApi(call!.api, 'bedrockruntime:applyGuardrail')) && guardrails.length === 0) {
    problems.push('the guardrail that screens the texts is not in the app: its policies are not known');
  }
  problems.push(...unknownCalls(path), ...otherDrivers(read, agent, workflow));
  const howMany = (...apis: string[]) => path.tasks.filter(({ call }) => isApi(call!.api, ...apis)).length;
  return {
    transitions: path.transitions + Math.max(0, looks - 1) * (look?.length ?? 0),
    looks,
    invocations: runs.reduce((sum, { times }) => sum + times, 0),
    armGigabyteSeconds: gigabyteSeconds(true),
    x86GigabyteSeconds: gigabyteSeconds(false),
    events: howMany(...EVENTS),
    queueRequests: starter ? REQUESTS_PER_MESSAGE : 0,
    tableWrites: howMany(...TABLE_WRITES),
    tableReads: howMany(...TABLE_READS),
    objectWrites: howMany(...OBJECT_WRITES),
    traces: workflow && app.isTrue(workflow.machine.resource.properties.at('TracingConfiguration', 'Enabled')) ? 1 : 0,
    guardrails,
    buckets: ofType(named, 'AWS::S3::Bucket'),
    counted: [...(workflow ? [workflow.machine.resource] : []), ...runs.map(({ target }) => target)],
    problems,
  };
}

/** The calls of states that have a price here, as `State.call` names them. */
const EVENTS = ['events:putEvents'];
const TABLE_WRITES = ['dynamodb:updateItem', 'dynamodb:putItem', 'dynamodb:deleteItem'];
const TABLE_READS = ['dynamodb:getItem', 'dynamodb:query'];
const OBJECT_WRITES = ['s3:putObject'];
/** Source: docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-throughput.html, read on 2026-11-28. */
const FREE_CALLS = ['ssm:getParameter'];
const KNOWN_CALLS = [
  ...['lambda:invoke', 'bedrockruntime:applyGuardrail'],
  ...FREE_CALLS,
  ...EVENTS,
  ...TABLE_WRITES,
  ...TABLE_READS,
  ...OBJECT_WRITES,
];

function isApi(api: string, ...names: string[]): boolean {
  return names.some((name) => name.toLowerCase() === api.toLowerCase());
}

/** Calls on the path without a known price. */
function unknownCalls({ tasks }: MachinePath): string[] {
  const counts = new Map<string, number>();
  for (const { call } of tasks) {
    if (!isApi(call!.api, ...KNOWN_CALLS)) {
      counts.set(call!.api, (counts.get(call!.api) ?? 0) + 1);
    }
  }
  return [...counts].map(([api, times]) => `this estimate knows no price of ${times} × ${api}`);
}

/** State machines on the path with an unreadable definition. */
function unreadableMachines({ app }: Quantities, { steps }: Ways): string[] {
  const unread = stateMachines(app.model).filter(({ flow, resource }) => !flow && steps.includes(resource));
  return [...new Set(unread.map(({ resource }) => `the definition of ${app.nameOf(resource)} cannot be read`))];
}

/** The state machine that runs the turns of an agent, with the longest path of its definitions. */
function workflowOf({ app }: Quantities, { steps }: Ways, problems: string[]) {
  const all = turnMachines(app.model).filter(({ machine }) => steps.includes(machine.resource));
  const resources = sortedBy(new Set(all.map(({ machine }) => machine.resource)), ({ id }) => id);
  const [first] = resources;
  if (resources.length > 1) {
    problems.push(`several state machines run turns; ${app.nameOf(first)} is counted`);
  }
  const NOTHING: MachinePath = { transitions: 0, tasks: [] };
  return all
    .filter(({ machine }) => machine.resource === first)
    .map((workflow) => ({ workflow, path: longestPath(workflow.machine.flow) }))
    .reduce<{ workflow?: TurnMachine; path: MachinePath }>(
      (best, each) => (best.workflow && best.path.transitions >= each.path.transitions ? best : each),
      { path: NOTHING },
    );
}

/** The step on the path that polls whether the turn has ended. */
function lookOf(workflow: TurnMachine | undefined, { tasks }: MachinePath) {
  return tasks
    .flatMap((state) => workflow?.steps.get(state) ?? [])
    .filter(({ kinds }) => kinds.has('looks at events'))
    .flatMap((step) => {
      const length = loopLength(step);
      return length === undefined ? [] : [{ step, length }];
    })
    .at(0);
}

/** One of the functions of a queue handles the event; the most expensive one counts. */
function starterOf(read: Quantities, { steps }: Ways): Resource | undefined {
  const { app } = read;
  const fed = app
    .items('AWS::Lambda::EventSourceMapping')
    .flatMap(({ properties }) => functionsOf(read, app.targets(properties.at('FunctionName'))))
    .filter((target) => steps.includes(target));
  return sortedBy(fed, (target) => String(9999 - memoryOf(read, target)).padStart(6, '0'))[0];
}

/** Functions that start sessions of the agent themselves: their work in a turn is in their code. */
function otherDrivers({ app }: Quantities, agent: Agent, workflow: TurnMachine | undefined): string[] {
  const called = new Set(
    [...(workflow?.steps.values() ?? [])].flatMap(({ callees }) => callees.map((each) => each.resource)),
  );
  return turnStarters(app.model)
    .filter(({ role, resource }) => agent.clients.includes(role) && resource.type !== MACHINE && !called.has(resource))
    .map(
      ({ resource }) =>
        `what ${app.nameOf(resource)} runs for a turn is not in the templates: it starts sessions itself`,
    );
}

/** Functions, also those that are named by an alias or a version. */
function functionsOf({ app }: Quantities, resources: readonly Resource[]): Resource[] {
  return resources.flatMap((resource) =>
    /^AWS::Lambda::(?:Alias|Version)$/.test(resource.type)
      ? app.targets(resource.properties.at('FunctionName'))
      : resource.type === FUNCTION
        ? [resource]
        : [],
  );
}

/**
 * Number of polls of a turn with this duration: waits grow from 5 s by half to a minute, and each poll reads the
 * stream. The same series as runtime/turn-handlers/check-turn/back-off.ts, which a test compares.
 */
export function looksIn(turnSeconds: number, listenSeconds: number): number {
  let looks = 0;
  for (let seconds = 0; seconds < turnSeconds || looks === 0; looks += 1) {
    seconds += Math.min(60, Math.ceil(5 * 1.5 ** looks)) + listenSeconds;
  }
  return looks;
}

function variable(target: Resource | undefined, name: string) {
  return target?.properties.at('Environment', 'Variables', name) ?? [];
}

function memoryOf(read: Quantities, { properties }: Resource): number {
  return read.number(properties.at('MemorySize')) ?? DEFAULT_MEMORY;
}

function ofType(resources: readonly Resource[], type: string): Resource[] {
  return distinctBy(
    resources.filter((resource) => resource.type === type),
    ({ id }) => id,
  );
}
