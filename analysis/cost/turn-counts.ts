import { MODEL_CATALOGUE, type ModelFacts, PRICE_FACTORS } from '../../lib/facts/model-catalogue';
import { DAYS_PER_MONTH, type Price, type PriceName, PRICES } from '../../lib/facts/prices';
import type { Resource } from '../model/assembly';
import type { Agent } from '../statement/agent';
import type { Assumed } from './assumptions';
import type { Quantities } from './quantities';
import type { CostGroup } from './record';
import type { TurnWork } from './turn-work';

/** A number of priced units in one turn. */
export interface TurnCount {
  readonly group: CostGroup;
  readonly price: Price;
  readonly quantity: number;
  readonly note?: string;
}

const GIGABYTE = 1000;

/** What one turn of an agent uses. */
export function turnCounts(agent: Agent, model: string, work: TurnWork, read: Quantities, given: Assumed): TurnCount[] {
  return [
    ...modelCounts(model, given),
    ...computeCounts(agent, read, given),
    ...workflowCounts(work),
    ...guardrailCounts(work.guardrails, read, given),
    ...recordCounts(agent, work, read, given),
  ].filter(({ quantity }) => quantity > 0);
}

function modelCounts(id: string, given: Assumed): TurnCount[] {
  const facts = MODEL_CATALOGUE.find((model) => model.id === id);
  const { inputTokensPerTurn, outputTokensPerTurn, longRequestShare } = given;
  const cached = inputTokensPerTurn * given.cachedShare;
  const written = (inputTokensPerTurn - cached) * given.cacheWriteShare;
  const tokens = (what: string, usd: number | undefined, quantity: number, longFactor: number): TurnCount[] =>
    [
      { kind: what, factor: 1, share: 1 - longRequestShare },
      { kind: `${what} (long request)`, factor: longFactor, share: longRequestShare },
    ].map(({ kind, factor, share }) => ({
      group: 'model',
      price: tokenPrice(
        `${kind} token of ${id || 'a model that the template does not tell'}`,
        // Rounded to what a price has: 0.22 × 1.25 is 0.275.
        usd === undefined ? undefined : Number((usd * factor).toFixed(6)),
        facts,
      ),
      quantity: quantity * share,
    }));
  const { input, output } = PRICE_FACTORS.longRequest;
  const inputUsd = facts?.usdPerMillionInputTokens;
  const writtenUsd = inputUsd === undefined ? undefined : inputUsd * PRICE_FACTORS.cacheWrite;
  return [
    ...tokens('input', inputUsd, inputTokensPerTurn - cached - written, input),
    ...tokens('cache-write input', writtenUsd, written, input),
    ...tokens('cached input', facts?.usdPerMillionCachedInputTokens, cached, input),
    ...tokens('output', facts?.usdPerMillionOutputTokens, outputTokensPerTurn, output),
  ];
}

function tokenPrice(unit: string, usd: number | undefined, facts: ModelFacts | undefined): Price {
  return {
    unit,
    usd,
    of: 1_000_000,
    per: 'use',
    page: 'aws.amazon.com/bedrock/pricing',
    readIn: facts?.source ?? 'not documented in the catalogue of models',
    readOn: facts?.readOn ?? MODEL_CATALOGUE[0].readOn,
  };
}

function computeCounts({ runtime: { properties }, kind }: Agent, read: Quantities, given: Assumed): TurnCount[] {
  const { idleTimeout, storage } = kind;
  const timeout = idleTimeout && read.number(properties.at(...idleTimeout));
  const idleMinutes = (timeout ?? kind.defaultIdleSeconds) / 60;
  const minutes = given.minutesPerTurn;
  const mounts = storage ? read.members(properties.at(...storage.fileSystems)) : [];
  const hasStorage = storage && mounts.some((mount) => mount.at(storage.member).length > 0);
  return [
    count('compute', kind.prices.vcpuHour, (given.averageVcpu * minutes) / 60),
    {
      ...count('compute', kind.prices.memoryHour, (given.memoryGigabytes * (minutes + idleMinutes)) / 60),
      note: `the turn and ${idleMinutes} idle minutes`,
    },
    count('compute', 'managedSession', 1),
    ...(hasStorage ? [count('compute', storage.price, 1)] : []),
  ];
}

function workflowCounts(work: TurnWork): TurnCount[] {
  return [
    {
      ...count('workflow', 'stateTransition', work.transitions),
      note: `the longest path without errors, with ${work.looks} polls of the turn`,
    },
    { ...count('workflow', 'functionRequest', work.invocations) },
    count('workflow', 'functionArm', work.armGigabyteSeconds),
    count('workflow', 'functionX86', work.x86GigabyteSeconds),
    count('workflow', 'customEvent', work.events),
    count('workflow', 'queueRequest', work.queueRequests),
    count('storage', 'tableWrite', work.tableWrites),
    count('storage', 'tableRead', work.tableReads),
    count('storage', 'objectWrite', work.objectWrites),
    count('logs and trail', 'trace', work.traces),
  ];
}

/** Every configured policy is charged for the text units of the prompt and of the answer. */
function guardrailCounts(guardrails: readonly Resource[], read: Quantities, given: Assumed): TurnCount[] {
  const units = 2 * Math.ceil(given.screenedCharacters / 1000);
  return guardrails.flatMap(({ properties }) => {
    const filled = (policy: string, list: string) => read.members(properties.at(policy, list)).length > 0;
    return [
      ...(filled('ContentPolicyConfig', 'FiltersConfig') ? [count('workflow', 'contentUnit', units)] : []),
      ...(filled('TopicPolicyConfig', 'TopicsConfig') ? [count('workflow', 'topicUnit', units)] : []),
      ...(filled('SensitiveInformationPolicyConfig', 'PiiEntitiesConfig')
        ? [count('workflow', 'sensitiveUnit', units)]
        : []),
      ...(filled('ContextualGroundingPolicyConfig', 'FiltersConfig')
        ? [count('workflow', 'groundingUnit', units)]
        : []),
    ];
  });
}

/**
 * Stored data of a turn, charged for its whole retention: with the same number of turns every month, that is the
 * monthly bill.
 */
function recordCounts({ runtime }: Agent, work: TurnWork, read: Quantities, given: Assumed): TurnCount[] {
  const { app } = read;
  const nextToRuntime = (type: string) => app.items(type).filter(({ stack }) => stack.id === runtime.stack.id);
  const logs = nextToRuntime('AWS::Logs::LogGroup');
  const retention = logs.map(({ properties }) => months(read.number(properties.at('RetentionInDays'))));
  const logMonths = Math.max(0, ...retention.map((kept) => kept ?? given.monthsKept));
  const trails = app.items('AWS::CloudTrail::Trail');
  const ofTrails = trails.flatMap(({ properties }) => app.targets(properties.at('S3BucketName')));
  const buckets = work.buckets.length
    ? work.buckets
    : nextToRuntime('AWS::S3::Bucket').filter((bucket) => !ofTrails.includes(bucket));
  const bucketMonths = Math.max(0, ...buckets.map((bucket) => months(expiryOf(bucket, read)) ?? given.monthsKept));
  const hasKeys = app.items('AWS::KMS::Key').length > 0;
  const selects = trails.some(({ properties }) =>
    ['AdvancedEventSelectors', 'EventSelectors'].some((key) => read.members(properties.at(key)).length > 0),
  );
  const kept = (value: number) => `kept for ${Math.round(value * 10) / 10} months`;
  return [
    ...(logs.length
      ? [
          count('logs and trail', 'logIngestion', given.logMegabytesPerTurn / GIGABYTE),
          {
            ...count('logs and trail', 'logStorage', (given.logMegabytesPerTurn / GIGABYTE) * logMonths),
            note: kept(logMonths),
          },
        ]
      : []),
    ...(buckets.length
      ? [
          {
            ...count('storage', 'objectStorage', (given.storedMegabytesPerTurn / GIGABYTE) * bucketMonths),
            note: kept(bucketMonths),
          },
        ]
      : []),
    ...(hasKeys ? [count('keys', 'keyRequest', given.keyRequestsPerTurn)] : []),
    ...(selects ? [count('logs and trail', 'dataEvent', given.dataEventsPerTurn)] : []),
  ];
}

function expiryOf({ properties }: Resource, read: Quantities): number | undefined {
  const rules = read.members(properties.at('LifecycleConfiguration', 'Rules'));
  const expiries = rules
    .filter((rule) => read.app.said(rule.at('Status')) !== 'Disabled')
    .map((rule) => read.number(rule.at('ExpirationInDays')));
  return expiries.find((days) => days !== undefined);
}

function months(days: number | undefined): number | undefined {
  return days === undefined ? undefined : days / DAYS_PER_MONTH;
}

function count(group: CostGroup, price: PriceName, quantity: number): TurnCount {
  return { group, price: PRICES[price], quantity };
}
