import { MODEL_CATALOGUE, type ModelFacts } from '../facts/model-catalogue';
import { DAYS_PER_MONTH, type Price, type PriceName, PRICES } from '../facts/prices';
import type { Agent } from '../security/statement/agent';
import { listOf, numberOf, objectOf, type Item, type Source } from '../security/statement/source';
import type { Assumed } from './assumption-values';
import type { CostGroup, Unpriced } from './cost-record';
import type { TurnWork } from './turn-work';

/** So much of a priced thing, in one turn. */
export interface TurnCount {
  readonly group: CostGroup;
  readonly price: Price;
  readonly quantity: number;
  readonly note?: string;
}

/** What AgentCore stops an idle environment after, where the template does not say. Source: API_LifecycleConfiguration. */
const DEFAULT_IDLE_SECONDS = 900;

const GIGABYTE = 1000;

/** What one turn of an agent uses. */
export function turnCounts(agent: Agent, model: string, work: TurnWork, source: Source, given: Assumed): TurnCount[] {
  return [
    ...modelCounts(model, given),
    ...computeCounts(agent.runtime, given),
    ...workflowCounts(work),
    ...guardrailCounts(work.guardrails, given),
    ...recordCounts(agent, work, source, given),
  ].filter(({ quantity }) => quantity > 0);
}

function modelCounts(id: string, given: Assumed): TurnCount[] {
  const facts = MODEL_CATALOGUE.find((model) => model.id === id);
  const cached = given.inputTokensPerTurn * given.cachedShare;
  const tokens = (what: string, usd: number | undefined, quantity: number): TurnCount => ({
    group: 'model',
    price: tokenPrice(`${what} token of ${id || 'a model that the template does not tell'}`, usd, facts),
    quantity,
  });
  return [
    tokens('input', facts?.usdPerMillionInputTokens, given.inputTokensPerTurn - cached),
    tokens('cached input', facts?.usdPerMillionCachedInputTokens, cached),
    tokens('output', facts?.usdPerMillionOutputTokens, given.outputTokensPerTurn),
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

function computeCounts({ properties }: Item, given: Assumed): TurnCount[] {
  const { IdleRuntimeSessionTimeout } = objectOf(properties.LifecycleConfiguration);
  const idleMinutes = (numberOf(IdleRuntimeSessionTimeout) ?? DEFAULT_IDLE_SECONDS) / 60;
  const minutes = given.minutesPerTurn;
  const storage = listOf(properties.FilesystemConfigurations).some(
    (entry) => objectOf(entry).SessionStorage !== undefined,
  );
  return [
    count('compute', 'vcpuHour', (given.averageVcpu * minutes) / 60),
    {
      ...count('compute', 'memoryHour', (given.memoryGigabytes * (minutes + idleMinutes)) / 60),
      note: `the turn and ${idleMinutes} idle minutes`,
    },
    count('compute', 'managedSession', 1),
    ...(storage ? [count('compute', 'sessionStorage', 1)] : []),
  ];
}

function workflowCounts(work: TurnWork): TurnCount[] {
  return [
    {
      ...count('workflow', 'stateTransition', work.transitions),
      note: `the longest way without errors, ${work.looks} looks at the turn`,
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
function guardrailCounts(guardrails: readonly Item[], given: Assumed): TurnCount[] {
  const units = 2 * Math.ceil(given.screenedCharacters / 1000);
  return guardrails.flatMap(({ properties }) => {
    const filled = (policy: string, list: string) => listOf(objectOf(properties[policy])[list]).length > 0;
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

/** What a turn leaves behind, paid for as long as it is kept: with the same turns every month that is the monthly bill. */
function recordCounts({ runtime }: Agent, work: TurnWork, source: Source, given: Assumed): TurnCount[] {
  const logs = source.items('AWS::Logs::LogGroup').filter(({ stack }) => stack === runtime.stack);
  const logMonths = Math.max(
    0,
    ...logs.map(({ properties }) => months(numberOf(properties.RetentionInDays)) ?? given.monthsKept),
  );
  const trails = source.items('AWS::CloudTrail::Trail');
  const trailBuckets = trails.map(({ properties }) => source.target(properties.S3BucketName)?.key);
  const buckets = work.buckets.length
    ? work.buckets
    : source
        .items('AWS::S3::Bucket')
        .filter(({ stack, key }) => stack === runtime.stack && !trailBuckets.includes(key));
  const bucketMonths = Math.max(0, ...buckets.map((bucket) => months(expiryOf(bucket)) ?? given.monthsKept));
  const keys = source.items('AWS::KMS::Key').length > 0;
  const selects = trails.some(
    ({ properties }) => listOf(properties.AdvancedEventSelectors).length + listOf(properties.EventSelectors).length > 0,
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
    ...(keys ? [count('keys', 'keyRequest', given.keyRequestsPerTurn)] : []),
    ...(selects ? [count('logs and trail', 'dataEvent', given.dataEventsPerTurn)] : []),
  ];
}

function expiryOf({ properties }: Item): number | undefined {
  const rules = listOf(objectOf(properties.LifecycleConfiguration).Rules).map(objectOf);
  return numberOf(
    rules.find(({ Status, ExpirationInDays }) => Status !== 'Disabled' && ExpirationInDays)?.ExpirationInDays,
  );
}

function months(days: number | undefined): number | undefined {
  return days === undefined ? undefined : days / DAYS_PER_MONTH;
}

function count(group: CostGroup, price: PriceName, quantity: number): TurnCount {
  return { group, price: PRICES[price], quantity };
}

/** What of an agent's turn is known to cost and cannot be counted. */
export function uncounted(work: TurnWork): Unpriced[] {
  return work.problems.map((why) => ({ what: 'the workflow of a turn', why }));
}
