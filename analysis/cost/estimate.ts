import { computeKindOf } from '../../lib/facts/compute-kinds';
import { type Price, PRICES, usdOf } from '../../lib/facts/prices';
import type { Resource, Stack } from '../model/assembly';
import { TRUE } from '../model/guard';
import { entriesOf } from '../model/json';
import { readDirectory } from '../model/read-directory';
import { assemblyOf, type StackData } from '../model/read-stacks';
import { TemplateModel } from '../model/template-model';
import { agentsOf } from '../statement/agent';
import { appOf, sorted, sortedBy } from '../statement/app';
import { definitionOf } from '../statement/definition';
import { modelsOf } from '../statement/models';
import { type Assumed, assumed, assumptionEntries } from './assumptions';
import { IDLE_COUNTERS } from './idle-counters';
import { Quantities } from './quantities';
import {
  COST_FORMAT,
  COST_GROUPS,
  NOT_INCLUDED,
  type CostEntry,
  type CostGroup,
  type CostRecord,
  type TurnCost,
  type Unpriced,
} from './record';
import { turnCounts } from './turn-counts';
import { turnWork } from './turn-work';
import { costsNothingIdle } from './unmetered-types';

/**
 * Estimates what an app costs per month.
 *
 * @param model all templates of the app: a stack can refer to resources in another one
 * @param given assumptions that {@link refusedAssumption} accepts
 * @param only ids of the stacks to estimate; nested stacks belong to theirs. By default, all
 */
export function estimate(model: TemplateModel, given: Partial<Assumed> = {}, only?: readonly string[]): CostRecord {
  const values = assumed(given);
  const stacks = only ?? rootStacks(model);
  const within = ({ id }: Stack) => stacks.some((each) => id === each || id.startsWith(`${each}/`));
  const read = new Quantities(appOf(model));
  const { app } = read;
  const resources = sortedBy(model.resources, ({ id }) => id).filter(({ stack }) => within(stack));
  const counted = new Set<Resource>();
  const problems: Unpriced[] = [];
  const turns = agentsOf(app)
    .filter(({ runtime }) => within(runtime.stack))
    .map((agent): TurnCost => {
      const models = modelsOf(agent);
      const onlyModel = models.length === 1 && models[0] !== '*' ? models[0] : '';
      const id = definitionOf(app, agent)?.model ?? onlyModel;
      const work = turnWork(agent, read, values);
      work.counted.forEach((resource) => counted.add(resource));
      problems.push(...work.problems.map((why) => ({ what: 'the workflow of a turn', why })));
      const entries = turnCounts(agent, id, work, read, values).map(({ group, price, quantity, note }) =>
        entryOf(group, price, quantity, note),
      );
      return {
        agent: agent.name,
        stack: agent.runtime.stack.id,
        model: id,
        usd: sum(entries),
        entries: ordered(entries),
      };
    });
  const idle = idleOf(resources, read, values);
  const idleUsd = sum(idle.entries);
  const entries = [...idle.entries, ...turns.flatMap((turn) => turn.entries)];
  return {
    format: COST_FORMAT,
    stacks: sorted(stacks),
    pricesReadOn: entries.map(({ price }) => price.readOn).sort()[0] ?? PRICES.interfaceEndpoint.readOn,
    idleUsdPerMonth: idleUsd,
    turnsPerMonth: values.turnsPerMonth,
    totalUsdPerMonth: exact(idleUsd + turns.reduce((total, { usd }) => total + usd * values.turnsPerMonth, 0)),
    idle: idle.entries,
    turns,
    assumptions: assumptionEntries.map(([name, { what }]) => ({ name, value: values[name], what })),
    unpriced: unpricedOf(resources, [...idle.unknown, ...problems, ...undecided(model, within, read)], counted, read),
    notIncluded: NOT_INCLUDED,
  };
}

/** Estimates the cost of some stacks of an app, which is given as plain data. */
export function estimateStacks(
  stacks: readonly StackData[],
  given?: Partial<Assumed>,
  only?: readonly string[],
): CostRecord {
  return estimate(new TemplateModel(assemblyOf(stacks)), given, only);
}

/** Estimates the cost of a cloud assembly. */
export function estimateDirectory(directory: string, given?: Partial<Assumed>): CostRecord {
  return estimate(new TemplateModel(readDirectory(directory)), given);
}

/** Ids of the stacks that aren't nested in others. */
export function rootStacks({ assembly }: TemplateModel): string[] {
  return assembly.stacks.filter(({ nestedIn }) => nestedIn === undefined).map(({ id }) => id);
}

function idleOf(resources: readonly Resource[], read: Quantities, given: Assumed) {
  const sums = new Map<string, { group: CostGroup; price: Price; quantity: number }>();
  const unknown: Unpriced[] = [];
  const add = (group: CostGroup, price: Price, quantity: number) => {
    const key = `${group} ${price.unit}`;
    sums.set(key, { group, price, quantity: (sums.get(key)?.quantity ?? 0) + quantity });
  };
  for (const resource of resources) {
    const { type, properties } = resource;
    for (const { group, price, quantity } of countersOf(type)?.(properties, read) ?? []) {
      if (typeof quantity === 'string') {
        unknown.push({ what: `${read.app.nameOf(resource)} (${PRICES[price].unit})`, why: quantity });
      } else {
        add(group, PRICES[price], quantity);
      }
    }
    const compute = computeKindOf(type);
    if (compute && properties.at(...compute.image).length > 0) {
      add('storage', PRICES.imageStorage, given.imageGigabytes);
    }
  }
  const entries = [...sums.values()]
    .filter(({ quantity }) => quantity > 0)
    .map(({ group, price, quantity }) => entryOf(group, price, quantity));
  return { entries: ordered(entries), unknown };
}

/** Type names come from templates. */
function countersOf(type: string) {
  return Object.hasOwn(IDLE_COUNTERS, type) ? IDLE_COUNTERS[type] : undefined;
}

/** Values that are decided at deployment: conditions, and the parameters of numbers. */
function undecided(model: TemplateModel, within: (stack: Stack) => boolean, { assumptions }: Quantities): Unpriced[] {
  const conditions = model.assembly.stacks.filter(within).flatMap((stack) => {
    const reader = model.reader(stack);
    return entriesOf(reader.section('Conditions'))
      .map(([name]) => name)
      .filter((name) => name !== 'CDKMetadataAvailable')
      .filter((name) => {
        const guard = reader.conditions.guard(name);
        return guard !== TRUE && guard.possible();
      })
      .map((name) => `condition ${stack.id}: ${name}`);
  });
  return [
    ...conditions.map((what) => ({ what, why: 'the deployment decides it; counted as if it held' })),
    ...[...assumptions].map((what) => ({ what, why: 'counted with it; the deployment may pass another value' })),
  ];
}

function unpricedOf(
  resources: readonly Resource[],
  known: readonly Unpriced[],
  counted: ReadonlySet<Resource>,
  { app }: Quantities,
): Unpriced[] {
  const found = [...known];
  const types = new Map<string, number>();
  for (const { type } of resources) {
    if (!countersOf(type) && !costsNothingIdle(type)) {
      types.set(type, (types.get(type) ?? 0) + 1);
    }
  }
  types.forEach((number, type) =>
    found.push({ what: `${number} × ${type}`, why: 'this estimate knows no price of it' }),
  );
  const has = (type: string, matches: (resource: Resource) => boolean = () => true) =>
    resources.some((resource) => resource.type === type && matches(resource));
  if (has('AWS::EC2::FlowLog')) {
    found.push({ what: 'flow logs', why: 'their volume follows the traffic' });
  }
  if (has('AWS::CloudTrail::Trail')) {
    found.push({
      what: 'the trail',
      why: "what it delivers and logs of the account's other activity; management events are free in one trail only",
    });
  }
  const isOfQueue = ({ properties }: Resource) =>
    app.targets(properties.at('EventSourceArn')).some(({ type }) => type === 'AWS::SQS::Queue');
  if (has('AWS::Lambda::EventSourceMapping', isOfQueue)) {
    found.push({ what: 'polling of queues', why: 'how many empty receives Lambda makes is not documented' });
  }
  const isProvisioned = ({ properties }: Resource) => properties.at('ProvisionedConcurrencyConfig').length > 0;
  if (has('AWS::Lambda::Alias', isProvisioned) || has('AWS::Lambda::Version', isProvisioned)) {
    found.push({ what: 'provisioned concurrency of functions', why: 'this estimate knows no price of it' });
  }
  const others = resources.filter(
    (resource) => /^AWS::(Lambda::Function|StepFunctions::StateMachine)$/.test(resource.type) && !counted.has(resource),
  );
  if (others.length) {
    found.push({
      what: `${others.length} functions and state machines beside the way of a turn`,
      why: 'how often they run is not known',
    });
  }
  return sortedBy(
    new Map(found.map((entry) => [`${entry.what} ${entry.why}`, entry])).values(),
    ({ what, why }) => `${what} ${why}`,
  );
}

function entryOf(group: CostGroup, price: Price, quantity: number, note?: string): CostEntry {
  const usd = usdOf(price, quantity);
  const { usd: each, of = 1, per, page, readIn, readOn } = price;
  return {
    group,
    unit: price.unit,
    quantity: exact(quantity),
    ...(note === undefined ? {} : { note }),
    ...(usd === undefined ? {} : { usd: exact(usd) }),
    price: { ...(each === undefined ? {} : { usd: each }), of, per, page, readIn, readOn },
  };
}

function ordered(entries: readonly CostEntry[]): CostEntry[] {
  return sortedBy(entries, ({ group, unit }) => `${COST_GROUPS.indexOf(group)} ${unit}`);
}

function sum(entries: readonly CostEntry[]): number {
  return exact(entries.reduce((total, { usd = 0 }) => total + usd, 0));
}

/** Rounded, because binary fractions would make two equal estimates differ. */
function exact(value: number): number {
  return Number(value.toPrecision(12));
}
