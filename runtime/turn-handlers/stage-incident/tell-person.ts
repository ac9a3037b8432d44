import { createHash } from 'node:crypto';
import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { isTransient } from '../incident/repeatable';
import { visibleLine } from '../incident/visible-text';
import { log } from '../turn/log';

/** An alarm that starts no turn, and why. */
export interface Unattended {
  readonly serviceName: string;
  /** What happened, for example `The alarm "Errors" went off`. */
  readonly what: string;
  /** A sentence. */
  readonly why: string;
  /** Id of the incident, or of the refused turn. */
  readonly group: string;
  /** Equal for a repetition. */
  readonly id: string;
}

/**
 * Notifies the topic that no investigation starts because of a limit, so that a person can investigate.
 *
 * @throws for temporary failures; a denial is logged, because the refusal doesn't depend on the topic
 */
export async function tellPerson(
  topic: { readonly client: SNSClient; readonly arn: string } | undefined,
  { serviceName, what, why, group, id }: Unattended,
): Promise<void> {
  if (!topic) return;
  const ordered = topic.arn.endsWith('.fifo')
    ? {
        MessageGroupId: group.slice(0, 128),
        MessageDeduplicationId: createHash('sha256').update(id, 'utf8').digest('hex'),
      }
    : {};
  try {
    await topic.client.send(
      new PublishCommand({
        TopicArn: topic.arn,
        // At most 100 characters of ASCII: docs.aws.amazon.com/sns/latest/api/API_Publish.html
        Subject: `${serviceName}: not investigated`.slice(0, 100),
        Message: `${visibleLine(what)}.\n${visibleLine(why)}\nNo agent looks at it. Please look yourself.`,
        ...ordered,
      }),
    );
  } catch (error) {
    if (isTransient(error)) throw error;
    log('stage-incident', 'notification-failed', { error: (error as Error).name });
  }
}
