/**
 * The contract between a trigger (lib/) and its starter (runtime/): the configuration that converts an event to a
 * request. The trigger parses the prompt template at synth and publishes the result in the starter's code; the starter
 * contains no template parser. An event is therefore never parsed as a template, and nothing in it can become
 * configuration.
 *
 * lib/ and runtime/ import this file as types. The few values in it are pure, so that a handler may bundle them.
 */

/** Name of the configuration's file, next to the starter's code. */
export const STARTER_CONFIGURATION_FILE = 'trigger.json';

/**
 * Types whose values replace the placeholder in the prompt: none of them can contain a word. `enum` contains one of the
 * words that the template lists.
 */
export const PLAIN_TYPES = ['int', 'number', 'bool', 'sha', 'account', 'time', 'uuid', 'enum'] as const;

/** Types whose values are untrusted text: they are in the fenced block at the end of the prompt. */
export const FENCED_TYPES = ['text', 'json', 'arn', 'url', 'id'] as const;

/** Types of values for staging and delivery: none of them can contain a sentence. */
export const SUBJECT_TYPES = [...PLAIN_TYPES, 'arn', 'id'] as const;

export type PlainType = (typeof PLAIN_TYPES)[number];
export type FencedType = (typeof FENCED_TYPES)[number];

/** A value of the event. */
export interface EventPlaceholder {
  /** Its name in the prompt and in errors: `event.detail.title`. */
  readonly name: string;
  /** Path of members in the event. A number selects from a list. */
  readonly path: readonly string[];
  readonly type: PlainType | FencedType;
  /** `enum`: the allowed values. */
  readonly values?: readonly string[];
  /** Fenced types: maximum number of characters in the prompt, including escapes. */
  readonly limit?: number;
  /** True: the event may lack it, and the prompt then says so. Otherwise, an event without it is refused. */
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

/** `StarterConfiguration.format`. A starter refuses other formats. */
export const STARTER_FORMAT = 'cdk-bedrock-managed-agents/starter/1';

/** The configuration of the starter of one trigger. */
export interface StarterConfiguration {
  readonly format: typeof STARTER_FORMAT;
  /** `trigger.type` and `trigger.id` of every request. */
  readonly trigger: { readonly type: string; readonly id: string };
  readonly prompt: readonly PromptSegment[];
  /** Paths whose values identify the subject: events that agree in all of them are one turn. */
  readonly deduplicationKey: readonly (readonly string[])[];
  /** Paths whose values identify the conversation. Absent: every turn has its own session. */
  readonly sessionKey?: readonly (readonly string[])[];
  /** Values of the event for staging and delivery, by name. Only types without free text. */
  readonly subject?: Readonly<Record<string, EventPlaceholder>>;
  readonly deadlineSeconds?: number;
  readonly approval?: 'required';
  /** Maximum number of turns of the trigger that hold a slot at the same time. */
  readonly slots?: number;
}
