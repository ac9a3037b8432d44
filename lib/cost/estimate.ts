import { type Price, PRICES, usdOf } from '../facts/prices';
import { agentsOf, modelsOf } from '../security/statement/agent';
import { definitionOf } from '../security/statement/definition';
import { IndexSource } from '../security/statement/index-source';
import { Identities } from '../security/statement/roles';
import { objectOf, sorted, sortedBy, type Item, type Source } from '../security/statement/source';
import { chainOf } from '../security/statement/triggers';
import type { TemplateIndex } from '../security/template-index';
import { ASSUMPTIONS, type Assumed } from './assumption-values';
import type { CostAssumptions } from './cost-assumptions';
import {
  COST_FORMAT,
  COST_GROUPS,
  NOT_INCLUDED,
  type CostEntry,
  type CostGroup,
  type CostRecord,
  type TurnCost,
  type Unpriced,
} from './cost-record';
import { IDLE_COUNTERS } from './idle-counters';
import { turnCounts, uncounted } from './turn-counts';
import { turnWork } from './turn-work';
import { costsNothingIdle } from './unmetered-types';

/**
 * Estimates what an app costs per month.
 *
 * @param index all templates of the app: what a stack refers to may stand in another.
 * @param stacks ids of the stacks to estimate; nested stacks belong to theirs.
 */
export function estimate(index: TemplateIndex, given: Assumed, stacks: readonly string[]): CostRecord {
  const source = new IndexSource(index);
  const within = ({ stack }: Item) => stacks.some((id) => stack === id || stack.startsWith(`${id}/`));
  const items = source.all().filter(within);
  const identities = new Identities(source);
  const counted = new Set<string>();
  const problems: Unpriced[] = [];
  const turns = agentsOf(source, identities)
    .filter(({ runtime }) => within(runtime))
    .map((agent): TurnCost => {
      const models = modelsOf(agent.sessionRole?.permissions ?? []);
      const only = models.length === 1 && models[0] !== '*' ? models[0] : '';
      const model = definitionOf(agent, source)?.model ?? only;
      const work = turnWork(chainOf(agent, identities, source).compute, source, given);
      work.counted.forEach(({ key }) => counted.add(key));
      problems.push(...uncounted(work));
      const entries = turnCounts(agent, model, work, source, given).map(({ group, price, quantity, note }) =>
        entryOf(group, price, quantity, note),
      );
      return { agent: agent.name, stack: agent.runtime.stack, model, usd: sum(entries), entries: ordered(entries) };
    });
  const idle = idleOf(items, given);
  const idleUsd = sum(idle.entries);
  const entries = [...idle.entries, ...turns.flatMap((turn) => turn.entries)];
  return {
    format: COST_FORMAT,
    stacks: sorted(stacks),
    pricesReadOn: entries.map(({ price }) => price.readOn).sort()[0] ?? PRICES.interfaceEndpoint.readOn,
    idleUsdPerMonth: idleUsd,
    turnsPerMonth: given.turnsPerMonth,
    totalUsdPerMonth: exact(idleUsd + turns.reduce((total, { usd }) => total + usd * given.turnsPerMonth, 0)),
    idle: idle.entries,
    turns,
    assumptions: Object.entries(ASSUMPTIONS).map(([name, { what }]) => ({
      name,
      value: given[name as keyof CostAssumptions],
      what,
    })),
    unpriced: unpricedOf(items, [...idle.unknown, ...problems], counted, source),
    notIncluded: NOT_INCLUDED,
  };
}

function idleOf(items: readonly Item[], given: Assumed) {
  const sums = new Map<string, { group: CostGroup; price: Price; quantity: number }>();
  const unknown: Unpriced[] = [];
  const add = (group: CostGroup, price: Price, quantity: number) => {
    const key = `${group} ${price.unit}`;
    sums.set(key, { group, price, quantity: (sums.get(key)?.quantity ?? 0) + quantity });
  };
  for (const item of items) {
    for (const { group, price, quantity } of IDLE_COUNTERS[item.type]?.(item.properties) ?? []) {
      if (typeof quantity === 'string') {
        unknown.push({ what: `${item.name} (${PRICES[price].unit})`, why: quantity });
      } else {
        add(group, PRICES[price], quantity);
      }
    }
    if (item.type === 'AWS::BedrockAgentCore::Runtime' && holdsImage(item)) {
      add('storage', PRICES.imageStorage, given.imageGigabytes);
    }
  }
  const entries = [...sums.values()]
    .filter(({ quantity }) => quantity > 0)
    .map(({ group, price, quantity }) => entryOf(group, price, quantity));
  return { entries: ordered(entries), unknown };
}

function holdsImage({ properties }: Item): boolean {
  return objectOf(properties.AgentRuntimeArtifact).ContainerConfiguration !== undefined;
}

function unpricedOf(
  items: readonly Item[],
  known: readonly Unpriced[],
  counted: ReadonlySet<string>,
  source: Source,
): Unpriced[] {
  const found = [...known];
  const types = new Map<string, number>();
  for (const { type } of items) {
    if (!(type in IDLE_COUNTERS) && !costsNothingIdle(type)) {
      types.set(type, (types.get(type) ?? 0) + 1);
    }
  }
  types.forEach((number, type) =>
    found.push({ what: `${number} × ${type}`, why: 'this estimate knows no price of it' }),
  );
  const has = (type: string, matches: (item: Item) => boolean = () => true) =>
    items.some((item) => item.type === type && matches(item));
  if (has('AWS::EC2::FlowLog')) {
    found.push({ what: 'flow logs', why: 'their volume follows the traffic' });
  }
  if (has('AWS::CloudTrail::Trail')) {
    found.push({
      what: 'the trail',
      why: "what it delivers and logs of the account's other activity; management events are free in one trail only",
    });
  }
  if (
    has(
      'AWS::Lambda::EventSourceMapping',
      ({ properties }) => source.target(properties.EventSourceArn)?.type === 'AWS::SQS::Queue',
    )
  ) {
    found.push({ what: 'polling of queues', why: 'how many empty receives Lambda makes is not documented' });
  }
  const provisioned = ({ properties }: Item) => properties.ProvisionedConcurrencyConfig !== undefined;
  if (has('AWS::Lambda::Alias', provisioned) || has('AWS::Lambda::Version', provisioned)) {
    found.push({ what: 'provisioned concurrency of functions', why: 'this estimate knows no price of it' });
  }
  const others = items.filter(
    ({ key, type }) => /^AWS::(Lambda::Function|StepFunctions::StateMachine)$/.test(type) && !counted.has(key),
  );
  if (others.length) {
    found.push({
      what: `${others.length} functions and state machines beside the way of a turn`,
      why: 'how often they run is not known',
    });
  }
  source.undecided.forEach((condition) =>
    found.push({ what: `condition ${condition}`, why: 'the deployment decides it; counted as if it held' }),
  );
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

/** Without the noise of binary fractions, which would make two equal estimates differ. */
function exact(value: number): number {
  return Number(value.toPrecision(12));
}
