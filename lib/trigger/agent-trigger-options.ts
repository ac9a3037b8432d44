import type { Duration } from 'aws-cdk-lib/core';

/** Options of every trigger of an agent. */
export interface AgentTriggerOptions {
  /**
   * Id of the trigger in its agent: 1 to 64 letters, digits and dashes, beginning with a letter. Part of the
   * deduplication key and of the evidence of every turn; a new id creates a new trigger.
   *
   * @default - generated from the kind of the trigger and the construct id of its source
   */
  readonly triggerId?: string;

  /**
   * The message to the agent: text with placeholders `{{event.<path> | <type>}}` for values of the event.
   *
   * `int`, `number`, `bool`, `sha`, `account`, `time`, `uuid` and `enum:A,B` replace the placeholder, because they can't contain
   * free text. `text:200`, `json:4000`, `arn`, `url` and `id` can contain text from other people. They are quoted, cut at the limit
   * (in characters including escapes; default 1000), and placed in a block at the end of the message that is marked as data. If a
   * value is missing or has another type, the event is refused; `| optional` permits a missing value.
   *
   * @default - a message with the values of the event, and the request to follow the agent's instructions
   */
  readonly prompt?: string;

  /**
   * Paths into the event whose values identify the subject, for example `['detail.pullRequestId']`: events with
   * the same values within 90 days are one turn, even if they differ otherwise. An event without one of the values is refused.
   *
   * @default - the values that identify the subject of this kind of event, see its factory method
   */
  readonly deduplicationKey?: string[];

  /**
   * Paths into the event whose values identify the conversation: events with the same values resume one session.
   * With an empty list, every turn has its own session. Triggers of the same kind on one agent share conversations.
   *
   * @default - the values that identify the subject, if later events are about the same subject; otherwise none
   */
  readonly sessionKey?: string[];

  /**
   * Values of the event for the workflow's staging and delivery, for evidence and outcome events, by name: for example
   * `{ commit: 'event.detail.commitId | sha' }`. Never part of the message. Names are lower camel case, at most 16; types
   * are those of `prompt` without free text: int, number, bool, sha, account, time, uuid, enum, arn, id. If a value is missing
   * or has another type, the event is refused; `| optional` permits a missing value.
   *
   * @default - the values that identify the subject of this kind of event; names given here are added, or replace a value
   */
  readonly subject?: { [name: string]: string };

  /**
   * Further filter of the events: an EventBridge pattern for `detail` of the event. Members that the trigger itself filters
   * on are refused. Not available for schedules.
   *
   * @default - none
   */
  readonly filter?: { [member: string]: any }; // eslint-disable-line @typescript-eslint/no-explicit-any

  /**
   * Whether events start turns. A disabled trigger keeps its queues, and events that already wait in them still start turns.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * Number of attempts to start a turn, three minutes apart, before the event goes to the dead-letter queue. 2 to 1000.
   *
   * @default 20 - about an hour
   */
  readonly maxAttempts?: number;

  /**
   * Maximum number of concurrent turns of this trigger, 1 to 1000: its share of the workflow's `maxConcurrency`. It keeps slots
   * free for other triggers if this one has many events. A number above that of the workflow has no effect. Further turns wait.
   *
   * @default - all slots of the workflow
   */
  readonly maxConcurrency?: number;

  /**
   * Maximum duration of a turn, from 1 minute up to the deadline of the agent's workflow.
   *
   * @default - the deadline of the workflow
   */
  readonly deadline?: Duration;

  /**
   * Whether a person approves each turn before its session is opened. The workflow must have an approval step.
   *
   * @default false - the setting of the workflow
   */
  readonly requireApproval?: boolean;
}
