/** Name and version of the JSON form of an estimate. */
export const COST_FORMAT = 'cdk-bedrock-managed-agents/monthly-cost/1';

/** The groups of lines, in the order in which they are printed. */
export const COST_GROUPS = ['network', 'keys', 'logs and trail', 'storage', 'workflow', 'model', 'compute'] as const;
export type CostGroup = (typeof COST_GROUPS)[number];

/** A number of priced units. */
export interface CostEntry {
  readonly group: CostGroup;
  /** The unit. */
  readonly unit: string;
  readonly quantity: number;
  /** The composition of the quantity, if it isn't obvious. */
  readonly note?: string;
  /** US dollars per month, or per turn. Absent if the price isn't documented. */
  readonly usd?: number;
  readonly price: {
    readonly usd?: number;
    readonly of: number;
    readonly per: 'hour' | 'month' | 'use';
    readonly page: string;
    readonly readIn: string;
    readonly readOn: string;
  };
}

/** The cost of a turn of one agent. */
export interface TurnCost {
  readonly agent: string;
  readonly stack: string;
  /** Empty if the template doesn't contain it. */
  readonly model: string;
  readonly usd: number;
  readonly entries: readonly CostEntry[];
}

/** A cost, or a possible cost, that isn't included in the sums. */
export interface Unpriced {
  readonly what: string;
  readonly why: string;
}

/** An estimate as data: the JSON form, and what the texts are made of. The same templates result in the same record. */
export interface CostRecord {
  readonly format: typeof COST_FORMAT;
  readonly stacks: readonly string[];
  /** The oldest day on which one of the prices used was read. */
  readonly pricesReadOn: string;
  readonly idleUsdPerMonth: number;
  readonly turnsPerMonth: number;
  /** Idle, and the turns of every agent. */
  readonly totalUsdPerMonth: number;
  readonly idle: readonly CostEntry[];
  readonly turns: readonly TurnCost[];
  readonly assumptions: readonly { readonly name: string; readonly value: number; readonly what: string }[];
  readonly unpriced: readonly Unpriced[];
  readonly notIncluded: readonly string[];
}

/** Costs that no estimate includes. */
export const NOT_INCLUDED = [
  'traffic: data processed by endpoints and gateways, transfer between zones and out',
  'taxes, discounts, free tiers, support plans; prices of other Regions than us-east-1',
  'failed and repeated steps, turns that wait for a slot or for an approval',
  'what the agent calls with its tools: CloudWatch queries, downloads, knowledge bases',
  'requests that the functions of the workflow make themselves: fractions of a cent',
  'versions of rotated keys after the first, backups, bootstrap and pipelines',
] as const;
