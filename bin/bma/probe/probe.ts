import type { ProbeContext } from './probe-context';

/** How sure an answer is. `certain`: AWS said it, or it can't be otherwise. `likely`: one explanation fits best. */
export type Confidence = 'certain' | 'likely';

/** What a probe found. */
export interface Finding<Name extends string = string> {
  readonly answer: Name;
  /** What was seen, for a reader who doubts it: forms, counts and names of AWS, no content and no names of the account's own things. */
  readonly evidence: readonly string[];
  readonly confidence: Confidence;
}

/** One of the answers that a question can have. */
export interface Answer {
  readonly means: string;
  /** What to change in the library. Absent when its default fits the answer. */
  readonly change?: string;
  /** What to do before the answer says anything about the default. */
  readonly repeat?: string;
}

/** IAM actions that a probe calls, with the resources that they can be limited to. */
export interface Permission {
  readonly actions: readonly string[];
  /** `ACCOUNT` and `REGION` stand for themselves. @default every resource: the actions read, or know no resources */
  readonly resources?: readonly string[];
}

/** What is found once for all probes: stacks and their resources, the turn, the Runtime, log groups, the trail. */
export type Source = 'stacks' | 'turn' | 'runtime' | 'logs' | 'trail';

/** A question that AWS does not document, and how an account answers it. */
export interface Probe<Name extends string = string> {
  readonly id: string;
  readonly question: string;
  /** What the library does until somebody knows. */
  readonly default: string;
  /** Files of the library and its pages that say or do it. */
  readonly where: readonly string[];
  /** What has to exist for an answer, in words for the plan. */
  readonly needs: readonly string[];
  /** What it looks at that probes share. */
  readonly looksAt: readonly Source[];
  /** What it calls besides that. */
  readonly permissions: readonly Permission[];
  /** What it creates and deletes again, in words for the plan. @default it only reads */
  readonly creates?: string;
  /** At most, in US dollars. */
  readonly usd: number;
  /** About how long it takes, at most. */
  readonly minutes: number;
  readonly answers: Readonly<Record<Name, Answer>>;
  /** @throws NoAnswer when this account can't tell; any error of AWS is one, too */
  run(context: ProbeContext): Promise<Finding<Name>>;
}

/** A question that this account does not answer now. */
export class NoAnswer extends Error {}

/** Lets the compiler check that a probe finds only answers that it lists. */
export function probe<Name extends string>(definition: Probe<Name>): Probe {
  return definition;
}
