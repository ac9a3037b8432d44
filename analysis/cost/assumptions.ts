interface Assumption {
  readonly fallback: number;
  /** The description of the number in the output. */
  readonly what: string;
  readonly most?: number;
}

/** Every assumption with its default, in the order in which they are printed. `CostAssumptions` documents them. */
export const ASSUMPTIONS = {
  turnsPerMonth: { fallback: 0, what: 'turns per month, of each agent' },
  inputTokensPerTurn: { fallback: 400_000, what: 'input tokens per turn, over all calls of the model' },
  cachedShare: { fallback: 0, what: 'part of the input tokens read from the prompt cache', most: 1 },
  cacheWriteShare: { fallback: 0, what: 'part of the other input tokens written to the prompt cache', most: 1 },
  longRequestShare: { fallback: 0, what: 'part of all tokens in requests over 272,000 input tokens', most: 1 },
  outputTokensPerTurn: { fallback: 10_000, what: 'output tokens per turn' },
  minutesPerTurn: { fallback: 10, what: 'minutes per turn', most: 480 },
  averageVcpu: { fallback: 0.5, what: 'vCPUs in use on average while the turn runs', most: 2 },
  memoryGigabytes: { fallback: 2, what: 'GB of memory until the environment is stopped', most: 8 },
  screenedCharacters: { fallback: 4000, what: 'characters of the prompt, and as many of the answer, screened' },
  functionSeconds: { fallback: 1, what: 'seconds of each function of the workflow', most: 900 },
  logMegabytesPerTurn: { fallback: 2, what: 'MB of logs per turn' },
  storedMegabytesPerTurn: { fallback: 1, what: 'MB of evidence and results per turn' },
  keyRequestsPerTurn: { fallback: 200, what: 'KMS requests per turn' },
  dataEventsPerTurn: { fallback: 200, what: 'data events per turn, where a trail records any' },
  monthsKept: { fallback: 12, what: 'months that logs and results are kept where the template sets no end' },
  imageGigabytes: { fallback: 1, what: 'GB of the image of each Runtime' },
} as const satisfies Readonly<Record<string, Assumption>>;

export type AssumptionName = keyof typeof ASSUMPTIONS;
export type Assumed = Readonly<Record<AssumptionName, number>>;

/** The assumptions with their names. */
export const assumptionEntries = Object.entries(ASSUMPTIONS) as readonly [AssumptionName, Assumption][];

/** The assumptions, with defaults for what isn't given. */
export function assumed(given: Partial<Assumed> = {}): Assumed {
  return Object.fromEntries(
    assumptionEntries.map(([name, { fallback }]) => [name, given[name] ?? fallback]),
  ) as unknown as Assumed;
}

/** An invalid number: the value, the allowed values, and the fix. */
export interface RefusedAssumption {
  readonly input: AssumptionName;
  readonly value: number;
  readonly allowed: string;
  readonly fix: string;
}

/** The first number that is negative, not finite, or too large. */
export function refusedAssumption(given: Partial<Assumed> = {}): RefusedAssumption | undefined {
  const values = assumed(given);
  for (const [input, { most = Number.MAX_SAFE_INTEGER }] of assumptionEntries) {
    const value = values[input];
    if (!(Number.isFinite(value) && value >= 0 && value <= most)) {
      return {
        input,
        value,
        allowed: `a number from 0 to ${most}`,
        fix: 'correct the number, or leave it out for the default',
      };
    }
  }
  return undefined;
}
