import type { Kind } from './words';

/** A card in the picture. */
export interface Card {
  /** The service, set small before the name. */
  readonly service: string;
  readonly kind: Kind;
  readonly name: string;
  /** A note that begins with a sign of `SIGNS` is drawn in its colour. */
  readonly notes: readonly string[];
}

/** Signs of a note, in addition to the colour: a warning, and a denial. */
export const SIGNS = { warn: '△', never: '⊘' } as const;

/** A step of the workflow, and its resources. */
export interface Step {
  readonly title: string;
  readonly notes: readonly string[];
  readonly touches: readonly Card[];
  /** The step in which the agent works: the session is drawn next to it. */
  readonly session?: boolean;
}

/** Where commands run. */
export interface RuntimePlace {
  /** True: drawn with a border of its own. */
  readonly inVpc: boolean;
  readonly title: string;
  readonly card: Card;
  readonly notes: readonly string[];
  readonly endpoints: readonly string[];
}

/** The facts in the picture of one agent. */
export interface PictureFacts {
  readonly title: string;
  readonly starts: readonly Card[];
  /** The path of an event from its source to the workflow. */
  readonly delivery: string;
  /** State machines of the app that start turns of the workflow. */
  readonly between: readonly Card[];
  /** Empty for an agent without a workflow: its starters drive sessions themselves. */
  readonly steps: readonly Step[];
  readonly session: Card;
  readonly runtime: RuntimePlace;
  readonly reaches: readonly Card[];
  readonly around: readonly Card[];
}
