import type { ProbeContext } from './probe-context';

/**
 * The confidence of an answer. `certain`: AWS returned it, or there is no other explanation. `likely`: one explanation
 * fits best.
 */
export type Confidence = 'certain' | 'likely';

/** The result of a probe. */
export interface Finding<Name extends string = string> {
  readonly answer: Name;
  /** The observations: formats, counts and names of AWS, without content and names of the account's resources. */
  readonly evidence: readonly string[];
  readonly confidence: Confidence;
}

/** A possible answer to a question. */
export interface Answer {
  readonly means: string;
  /** What to change in the library. Absent if its default fits the answer. */
  readonly change?: string;
  /** What to do before the answer is conclusive about the default. */
  readonly repeat?: string;
}

/** IAM actions that a probe calls, with the resources that they can be limited to. */
export interface Permission {
  readonly actions: readonly string[];
  /**
   * `ACCOUNT` and `REGION` are placeholders.
   *
   * @default every resource: the actions only read, or have no resource-level permissions
   */
  readonly resources?: readonly string[];
}

/** Data that is read once for all probes: stacks and their resources, the turn, the Runtime, log groups, the trail. */
export type Source = 'stacks' | 'turn' | 'runtime' | 'logs' | 'trail';

/** A question that AWS doesn't document, and how to answer it in an account. */
export interface Probe<Name extends string = string> {
  readonly id: string;
  readonly question: string;
  /** The current default of the library. */
  readonly default: string;
  /** Files and pages of the library with this default. */
  readonly where: readonly string[];
  /** The requirements for an answer, as text for the plan. */
  readonly needs: readonly string[];
  /** The shared data that it reads. */
  readonly looksAt: readonly Source[];
  /** Its other calls. */
  readonly permissions: readonly Permission[];
  /** The resources that it creates and deletes, as text for the plan. @default it only reads */
  readonly creates?: string;
  /** At most, in US dollars. */
  readonly usd: number;
  /** Approximate maximum duration, in minutes. */
  readonly minutes: number;
  readonly answers: Readonly<Record<Name, Answer>>;
  /** @throws NoAnswer when this account can't answer; any error of AWS also counts as no answer */
  run(context: ProbeContext): Promise<Finding<Name>>;
}

/** The account doesn't answer the question now. */
export class NoAnswer extends Error {}

/** The compiler checks that a probe returns only answers that it lists. */
export function probe<Name extends string>(definition: Probe<Name>): Probe {
  return definition;
}
