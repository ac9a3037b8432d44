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
  /** Of the incident, or of the turn that was refused. */
  readonly group: string;
  /** Equal for a repetition. */
  readonly id: string;
}

/**
 * Tells the topic that nobody investigates: a limit is reached, and a person has to look.
 *
 * @throws what a repetition may mend; a denial is logged, because the refusal stands whatever the topic does
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
