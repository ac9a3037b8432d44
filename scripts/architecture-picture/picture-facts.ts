import type { Kind } from './words';

/** A thing in the picture. */
export interface Card {
  /** The service, set small above the name. */
  readonly service: string;
  readonly kind: Kind;
  readonly name: string;
  readonly notes: readonly string[];
}

/** A step of the workflow, and what it touches. */
export interface Step {
  readonly title: string;
  readonly notes: readonly string[];
  readonly touches: readonly Card[];
  /** The step in which the agent works: the session is drawn beside it. */
  readonly session?: boolean;
}

/** Where commands run. */
export interface Runtime {
  /** True: drawn with walls. */
  readonly inVpc: boolean;
  readonly title: string;
  readonly card: Card;
  readonly endpoints: readonly string[];
}

/** What the picture of one agent says; everything is read from final templates. */
export interface PictureFacts {
  readonly title: string;
  readonly stacks: readonly string[];
  readonly starts: readonly Card[];
  /** How an event comes from its source to the workflow. */
  readonly delivery: string;
  /** State machines of the app that ask the workflow for turns. */
  readonly between: readonly Card[];
  /** Empty for an agent without a workflow: its starters drive sessions themselves. */
  readonly steps: readonly Step[];
  readonly session: Card;
  readonly runtime: Runtime;
  readonly reaches: readonly Card[];
  readonly around: readonly Card[];
}
