import type { Duration } from 'aws-cdk-lib/core';

/** What every trigger of an agent may be told. */
export interface AgentTriggerOptions {
  /**
   * Id of the trigger in its agent: 1 to 64 letters, digits and dashes, beginning with a letter. Part of the
   * deduplication key and of the evidence of every turn; a new id makes a new trigger.
   *
   * @default - made from the kind of the trigger and the construct id of what it watches
   */
  readonly triggerId?: string;

  /**
   * The message to the agent: text with placeholders `{{event.<path> | <type>}}` for values of the event.
   *
   * `int`, `number`, `bool`, `sha`, `account`, `time`, `uuid` and `enum:A,B` are inserted in place of the placeholder: no word
   * fits into them. `text:200`, `json:4000`, `arn`, `url` and `id` may hold anything somebody wrote: they stand, quoted
   * and cut at the limit (characters, escapes counted; 1000 without one), in a block at the end of the message that is
   * marked as data. A value that is missing or not of its type refuses the event; `| optional` lets it be missing.
   *
   * @default - a message with what the event tells, and the request to work as the agent's instructions say
   */
  readonly prompt?: string;

  /**
   * Paths into the event whose values identify the subject, for example `['detail.pullRequestId']`: events that agree in
   * all of them within 90 days are one turn, whatever else they say. An event that lacks one is refused.
   *
   * @default - what identifies the subject of this kind of event, as its factory method says
   */
  readonly deduplicationKey?: string[];

  /**
   * Paths into the event whose values identify the conversation: events that agree in all of them resume one session.
   * An empty list gives every turn a session of its own. Triggers of the same kind on one agent share conversations.
   *
   * @default - what identifies the subject, where later events concern the same one; otherwise none
   */
  readonly sessionKey?: string[];

  /**
   * Values of the event for the workflow's staging and delivery, for evidence and outcome events, by name: for example
   * `{ commit: 'event.detail.commitId | sha' }`. Never part of the message. Names are lower camel case, at most 16; types
   * are those of `prompt` that hold no free text: int, number, bool, sha, account, time, uuid, enum, arn, id. A value that
   * is missing or not of its type refuses the event; `| optional` lets it be missing.
   *
   * @default - what identifies the subject of this kind of event; names given here are added, or replace it
   */
  readonly subject?: { [name: string]: string };

  /**
   * Narrows the events further: a pattern for the event's `detail`, as EventBridge takes it. Members that the trigger
   * itself filters on are refused. Not for schedules.
   *
   * @default - none
   */
  readonly filter?: { [member: string]: any }; // eslint-disable-line @typescript-eslint/no-explicit-any

  /**
   * Whether events start turns. A disabled trigger keeps its queues, and what already waits in them is still started.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * Attempts to start a turn before its event goes to the dead-letter queue, three minutes apart, 2 to 1000.
   *
   * @default 20 - about an hour
   */
  readonly maxAttempts?: number;

  /**
   * Turns of this trigger that run at the same time, 1 to 1000: its share of the workflow's `maxConcurrency`, so that a
   * flood of its events leaves slots for others. More than the workflow has is no limit. Others wait, as they do for a
   * slot of the workflow.
   *
   * @default - all slots of the workflow
   */
  readonly maxConcurrency?: number;

  /**
   * How long a turn may take, 1 minute up to the deadline of the agent's workflow.
   *
   * @default - the deadline of the workflow
   */
  readonly deadline?: Duration;

  /**
   * Whether a person approves each turn before its session is opened. The workflow must have an approval step.
   *
   * @default false - as the workflow says
   */
  readonly requireApproval?: boolean;
}
