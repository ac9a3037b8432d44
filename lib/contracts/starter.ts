/**
 * The contract between a trigger (lib/) and its starter (runtime/): what an event is turned into.
 *
 * The trigger parses the prompt template at synth and publishes the result inside the starter's code; the starter holds
 * no template parser. An event is therefore never read as template, and nothing in it can become configuration.
 *
 * lib/ and runtime/ import this file as types. The few values in it are pure, so that a handler may bundle them.
 */

/** Name of the configuration's file, beside the starter's code. */
export const STARTER_CONFIGURATION_FILE = 'trigger.json';

/**
 * Types whose values stand in the prompt where the placeholder stands: none of them can hold a word.
 * `enum` holds one of the words that the template itself lists.
 */
export const PLAIN_TYPES = ['int', 'number', 'bool', 'sha', 'account', 'time', 'uuid', 'enum'] as const;

/** Types whose values are text of somebody else: they stand in the fenced block at the end of the prompt. */
export const FENCED_TYPES = ['text', 'json', 'arn', 'url', 'id'] as const;

/** Types of values that the steps around a turn work from: none of them can hold a sentence. */
export const SUBJECT_TYPES = [...PLAIN_TYPES, 'arn', 'id'] as const;

export type PlainType = (typeof PLAIN_TYPES)[number];
export type FencedType = (typeof FENCED_TYPES)[number];

/** A value of the event. */
export interface EventPlaceholder {
  /** How prompt and errors name it: `event.detail.title`. */
  readonly name: string;
  /** Members to follow, from the event on. A number selects from a list. */
  readonly path: readonly string[];
  readonly type: PlainType | FencedType;
  /** `enum`: the allowed values. */
  readonly values?: readonly string[];
  /** Fenced types: most characters in the prompt, escapes counted. */
  readonly limit?: number;
  /** True: the event may lack it, the prompt then says so. Otherwise an event without it is refused. */
  readonly optional?: boolean;
}

/** A piece of the prompt. Exactly one member is set. */
export interface PromptSegment {
  /** Text of the template. */
  readonly text?: string;
  /** Index of a text known only at deployment. */
  readonly binding?: number;
  readonly placeholder?: EventPlaceholder;
}

/** `StarterConfiguration.format`. A starter refuses every other. */
export const STARTER_FORMAT = 'cdk-bedrock-managed-agents/starter/1';

/** What the starter of one trigger does with an event. */
export interface StarterConfiguration {
  readonly format: typeof STARTER_FORMAT;
  /** Goes into every request as `trigger.type` and `trigger.id`. */
  readonly trigger: { readonly type: string; readonly id: string };
  readonly prompt: readonly PromptSegment[];
  /** Paths whose values identify the subject: events that agree in all of them are one turn. */
  readonly deduplicationKey: readonly (readonly string[])[];
  /** Paths whose values identify the conversation. Absent: every turn has a session of its own. */
  readonly sessionKey?: readonly (readonly string[])[];
  /** Values of the event that the steps around the turn work from, by name. Only types without free text. */
  readonly subject?: Readonly<Record<string, EventPlaceholder>>;
  readonly deadlineSeconds?: number;
  readonly approval?: 'required';
  /** Most turns of the trigger that hold a slot at the same time. */
  readonly slots?: number;
}
