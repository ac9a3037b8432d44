import { TURN_STATES } from '../../lib/contracts/turn';
import type { Identities } from '../../lib/security/statement/roles';
import { listOf, numberOf, objectOf, type Item, type Source } from '../../lib/security/statement/source';
import type { Card, Step } from './picture-facts';
import { reachOf } from './role-reach';
import { counted, durationText, shortItem } from './words';

type State = Readonly<Record<string, unknown>>;

/** A state machine with all of its states by name, also those inside of others. */
export interface Machine {
  readonly item: Item;
  readonly states: ReadonlyMap<string, State>;
}

export function machineOf(item: Item): Machine | undefined {
  const { DefinitionString } = item.properties;
  if (item.type !== 'AWS::StepFunctions::StateMachine' || typeof DefinitionString !== 'string') {
    return undefined;
  }
  try {
    return { item, states: new Map(statesIn(JSON.parse(DefinitionString) as State)) };
  } catch {
    return undefined;
  }
}

/** The machine runs turns, and is not a state machine of the user that asks for some. */
export function runsTurns({ states }: Machine): boolean {
  return states.has(TURN_STATES.openSession) && states.has(TURN_STATES.submitTurn);
}

/** A state machine of the app that asks for turns, and what its own functions reach. */
export function askingMachine({ item, states }: Machine, source: Source, identities: Identities): Card {
  const maps = [...states.values()].filter(({ Type }) => Type === 'Map');
  const functions = source
    .mentioned(item.properties.DefinitionString)
    .filter(({ type }) => type === 'AWS::Lambda::Function');
  const reached = functions.flatMap(({ properties }) => {
    const role = source.target(properties.Role);
    return reachOf(role && identities.of(role), source);
  });
  return {
    service: 'Step Functions',
    kind: 'events',
    name: shortItem(item),
    notes: [
      ...maps.map((map) => {
        const limit = numberOf(map.MaxConcurrency);
        return `one turn per item of a list${limit ? `, at most ${limit} at the same time` : ''}`;
      }),
      ...new Set(reached.map(({ name, notes }) => `its functions: ${name}, ${notes.join('; ')}`)),
    ],
  };
}

/** The steps of a turn, in their order; those that the machine does not have are left out. */
export function stepsOf(machine: Machine, source: Source, identities: Identities, guardrail: readonly Card[]): Step[] {
  const { states } = machine;
  const parameters = (name: string) => objectOf(states.get(name)?.Parameters);
  const table = source.target(parameters('RegisterTurn').TableName);
  const evidence = source.target(parameters('RecordOutcome').Bucket);
  const bus = source.target(objectOf(listOf(parameters('PublishOutcome').Entries)[0]).EventBusName);
  const shown = [table, evidence].flatMap((item) => (item ? [item.name] : []));
  const reach = (name: string) => {
    const [handler] = source
      .mentioned(parameters(name).FunctionName)
      .filter(({ type }) => type === 'AWS::Lambda::Function');
    const role = handler && source.target(handler.properties.Role);
    return reachOf(role && identities.of(role), source, shown);
  };
  const step = (name: string, title: string, notes: readonly string[], touches: readonly Card[]): Step[] =>
    states.has(name) ? [{ title, notes, touches }] : [];
  const slots = /":limit":\{"N":"(\d+)"\}/.exec(String(machine.item.properties.DefinitionString))?.[1];
  return [
    ...step('RegisterTurn', 'Register the turn', [], ledgerCard(table, slots)),
    ...step('StageTurn', 'Stage what it works on', [], reach('StageTurn')),
    ...step('ScreenInput', 'Screen the input', ['blocked: nothing is opened'], guardrail),
    ...step('AwaitApproval', 'Ask a person', [expiry(states.get('AwaitApproval'))], approvalCards(states, source)),
    { title: 'Open or resume the session, run the turn', notes: [], touches: [], session: true },
    ...step('CollectEvidence', 'Collect evidence', [], evidenceCard(evidence)),
    ...step(
      'ScreenOutput',
      'Screen the output',
      ['blocked: nothing is published'],
      guardrail.map((card) => ({ ...card, notes: [] })),
    ),
    ...step('DeliverOutput', 'Deliver the result', [], reach('DeliverOutput')),
    ...step('PublishOutcome', 'Publish the outcome', [], busCard(bus, states.get('PublishOutcome'), source)),
  ];
}

function* statesIn(machine: State): Generator<[string, State]> {
  for (const [name, value] of Object.entries(objectOf(machine.States))) {
    const state = objectOf(value);
    yield [name, state];
    for (const inner of [...listOf(state.Branches), ...listOf(state.ItemProcessor), ...listOf(state.Iterator)]) {
      yield* statesIn(objectOf(inner));
    }
  }
}

function expiry(state: State | undefined): string {
  const seconds = numberOf(state?.TimeoutSeconds);
  return seconds === undefined
    ? 'when it is asked for'
    : `when it is asked for; expires after ${durationText(seconds)}`;
}

function approvalCards(states: ReadonlyMap<string, State>, source: Source): Card[] {
  const topic = states.get('NotifyApprovers');
  const arn = objectOf(topic?.Parameters).TopicArn;
  const target = source.target(arn);
  return topic
    ? [
        {
          service: '',
          kind: 'events',
          name: 'SNS',
          notes: [`notifies ${target ? shortItem(target) : source.text(arn)}`],
        },
      ]
    : [{ service: '', kind: 'events', name: 'EventBridge', notes: ['event: approval requested'] }];
}

function ledgerCard(table: Item | undefined, slots: string | undefined): Card[] {
  const notes = ['a turn is recorded once', ...(slots ? [`${counted(Number(slots), 'turn')} at the same time`] : [])];
  return table ? [{ service: 'DynamoDB', kind: 'storage', name: shortItem(table), notes }] : [];
}

function evidenceCard(bucket: Item | undefined): Card[] {
  if (!bucket) {
    return [];
  }
  const { Mode, Days } = objectOf(objectOf(objectOf(bucket.properties.ObjectLockConfiguration).Rule).DefaultRetention);
  const days = numberOf(Days);
  const lock = days === undefined ? [] : [`locked for ${counted(days, 'day')} (${String(Mode).toLowerCase()})`];
  return [{ service: 'S3', kind: 'storage', name: shortItem(bucket), notes: ['items, manifest, outcome', ...lock] }];
}

function busCard(bus: Item | undefined, state: State | undefined, source: Source): Card[] {
  const [entry] = listOf(objectOf(state?.Parameters).Entries).map(objectOf);
  const type = /'(.*) \{\}'/.exec(String(entry?.['DetailType.$']))?.[1];
  const name = bus ? shortItem(bus) : source.text(entry?.EventBusName) || 'default';
  return [{ service: 'EventBridge', kind: 'events', name, notes: type ? [`event: ${type} …`] : [] }];
}
