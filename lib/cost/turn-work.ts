import { TURN_STATES } from '../contracts/turn';
import { TURN_VARIABLES } from '../contracts/handler-variables';
import { listOf, numberOf, objectOf, sortedBy, type Item, type Source } from '../security/statement/source';
import type { Assumed } from './assumption-values';
import { longestPath, type Machine, type Task } from './turn-path';

/** What the workflow around one turn does. All zero for an agent that no workflow drives. */
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
  readonly guardrails: readonly Item[];
  readonly buckets: readonly Item[];
  /** State machines and functions that this counted. */
  readonly counted: readonly Item[];
  readonly problems: readonly string[];
}

/** The states that make a state machine the workflow of turns (lib/workflow/definition). */
const LOOK = TURN_STATES.checkTurn;
const STATES_PER_LOOK = 3;

/** Memory of a function where the template does not say. Source: AWS::Lambda::Function, MemorySize. */
const DEFAULT_MEMORY = 128;

/** Sent, received and deleted. */
const REQUESTS_PER_MESSAGE = 3;

/**
 * Reads the work around a turn from the state machine that runs turns, and from the functions on its way.
 *
 * @param compute what leads to a turn of the agent: state machines, functions, queues.
 */
export function turnWork(compute: readonly Item[], source: Source, given: Assumed): TurnWork {
  const problems: string[] = [];
  const machines = compute.flatMap((item) => {
    const machine = definitionOf(item, source);
    if (machine === 'unreadable') {
      problems.push(`the definition of ${item.name} cannot be read`);
      return [];
    }
    return machine && JSON.stringify(machine).includes(`"${LOOK}":`) ? [{ item, machine }] : [];
  });
  if (machines.length > 1) {
    problems.push(`several state machines run turns; ${machines[0].item.name} is counted`);
  }
  const [workflow] = machines;
  const path = workflow ? longestPath(workflow.machine) : { transitions: 0, tasks: [] };
  const feeds = source
    .items('AWS::Lambda::EventSourceMapping')
    .map(({ properties }) => source.target(properties.FunctionName))
    .filter((item): item is Item => item !== undefined && compute.some(({ key }) => key === item.key));
  // One of the starters hands the event over, whichever it is.
  const starter = sortedBy(feeds, ({ properties }) => String(9999 - memoryOf(properties)).padStart(6, '0'))[0];

  const invoked = path.tasks.filter(({ functionName }) => functionName !== undefined);
  const calls = invoked.map((task) => ({ task, item: source.target(task.functionName) }));
  const listen = calls.find(({ task }) => task.state === LOOK)?.item;
  const listenSeconds =
    numberOf(objectOf(objectOf(listen?.properties.Environment).Variables)[TURN_VARIABLES.listenSeconds]) ?? 0;
  const looks = listen ? looksIn(given.minutesPerTurn * 60, listenSeconds) : 0;
  if (calls.some(({ item }) => item === undefined)) {
    problems.push('a function that the workflow calls is not in the app');
  }

  const runs = [
    ...calls.flatMap(({ task, item }) =>
      item
        ? [
            task.state === LOOK
              ? { item, times: looks, seconds: given.functionSeconds + listenSeconds }
              : { item, times: 1, seconds: given.functionSeconds },
          ]
        : [],
    ),
    ...(starter ? [{ item: starter, times: 1, seconds: given.functionSeconds }] : []),
  ];
  const gigabyteSeconds = (arm: boolean) =>
    runs
      .filter(({ item }) => listOf(item.properties.Architectures).includes('arm64') === arm)
      .reduce((sum, { item, times, seconds }) => sum + (times * seconds * memoryOf(item.properties)) / 1024, 0);
  const definitionTargets = workflow ? source.mentioned(workflow.item.properties.DefinitionString) : [];
  const screens = path.tasks.some(({ resource }) => /applyGuardrail/i.test(resource));
  const guardrails = unique(definitionTargets.filter(({ type }) => type === 'AWS::Bedrock::Guardrail'));
  if (screens && guardrails.length === 0) {
    problems.push('the guardrail that screens the texts is not in the app: its policies are not known');
  }
  return {
    transitions: path.transitions + Math.max(0, looks - 1) * STATES_PER_LOOK,
    looks,
    invocations: runs.reduce((sum, { times }) => sum + times, 0),
    armGigabyteSeconds: gigabyteSeconds(true),
    x86GigabyteSeconds: gigabyteSeconds(false),
    events: howMany(path.tasks, /events:putEvents/i),
    queueRequests: starter ? REQUESTS_PER_MESSAGE : 0,
    tableWrites: howMany(path.tasks, /dynamodb:(update|put|delete)Item/i),
    tableReads: howMany(path.tasks, /dynamodb:(get|query)/i),
    objectWrites: howMany(path.tasks, /s3:putObject/i),
    traces: objectOf(workflow?.item.properties.TracingConfiguration).Enabled === true ? 1 : 0,
    guardrails,
    buckets: unique(definitionTargets.filter(({ type }) => type === 'AWS::S3::Bucket')),
    counted: [...(workflow ? [workflow.item] : []), ...runs.map(({ item }) => item)],
    problems,
  };
}

function definitionOf(item: Item, source: Source): Machine | 'unreadable' | undefined {
  if (item.type !== 'AWS::StepFunctions::StateMachine') {
    return undefined;
  }
  const { DefinitionString, Definition, DefinitionS3Location } = item.properties;
  if (Definition !== undefined) {
    return Definition as Machine;
  }
  const { Key } = objectOf(DefinitionS3Location);
  const file = typeof Key === 'string' ? source.file(item, `asset.${Key}`) : undefined;
  const text = typeof DefinitionString === 'string' ? DefinitionString : file;
  try {
    return JSON.parse(text ?? '') as Machine;
  } catch {
    return 'unreadable';
  }
}

/**
 * How often a turn of this length is looked at: waits grow from 5 s by half to a minute, and each look listens.
 * The same series as runtime/turn-handlers/check-turn/back-off.ts, which a test compares.
 */
export function looksIn(turnSeconds: number, listenSeconds: number): number {
  let looks = 0;
  for (let seconds = 0; seconds < turnSeconds || looks === 0; looks += 1) {
    seconds += Math.min(60, Math.ceil(5 * 1.5 ** looks)) + listenSeconds;
  }
  return looks;
}

function memoryOf(properties: Item['properties']): number {
  return numberOf(properties.MemorySize) ?? DEFAULT_MEMORY;
}

function howMany(tasks: readonly Task[], pattern: RegExp): number {
  return tasks.filter(({ resource }) => pattern.test(resource)).length;
}

function unique(items: readonly Item[]): Item[] {
  return sortedBy(new Map(items.map((item) => [item.key, item])).values(), ({ key }) => key);
}
