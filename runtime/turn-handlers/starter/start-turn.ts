import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { promptPartKey, turnExecutionName, type TextPart } from '../../../lib/contracts/turn';
import type { Starter } from './configuration';
import { splitPrompt, travelInline } from './prompt-parts';
import { withPrompt, type RequestedTurn } from './turn-request';
import type { PromptPiece } from './untrusted-text';

export interface StarterClients {
  readonly stepFunctions: SFNClient;
  /** Created if a prompt is too large for the request. */
  readonly s3: () => S3Client;
}

/** The result of a start. `duplicate`: the turn exists already and isn't started again. */
export interface StartedTurn {
  readonly name: string;
  readonly result: 'started' | 'duplicate';
}

/**
 * Starts the turn under the name that is derived from its deduplication key. Step Functions keeps a name for 90 days,
 * longer than any message can wait, so an event that arrives twice starts one turn.
 *
 * Every other error is thrown: the message then returns to its queue and, in the end, to the dead-letter queue.
 */
export async function startTurn(
  clients: StarterClients,
  starter: Starter,
  { request, prompt }: RequestedTurn,
  nonce: string,
): Promise<StartedTurn> {
  const name = turnExecutionName(request.deduplicationKey);
  const parts = splitPrompt(prompt);
  const texts: TextPart[] = travelInline(parts)
    ? parts
    : await stored(clients.s3(), starter, parts, `${name}/${nonce}`);
  try {
    await clients.stepFunctions.send(
      new StartExecutionCommand({
        stateMachineArn: starter.stateMachineArn,
        name,
        input: JSON.stringify(withPrompt(request, texts)),
      }),
    );
    return { name, result: 'started' };
  } catch (error) {
    if (error instanceof ExecutionAlreadyExists) {
      return { name, result: 'duplicate' };
    }
    throw error;
  }
}

/**
 * Puts the parts into the evidence bucket. The keys contain the nonce, so that a second attempt, whose prompt has
 * another mark, never mixes with a turn that reads the first one.
 */
async function stored(
  s3: S3Client,
  starter: Starter,
  parts: readonly PromptPiece[],
  folder: string,
): Promise<TextPart[]> {
  const bucket = starter.promptBucket;
  if (!bucket) {
    throw new Error('the prompt is larger than this trigger was made for, and it has no bucket');
  }
  return Promise.all(
    parts.map(async ({ text, ...mark }, index) => {
      const key = promptPartKey(folder, index);
      await s3.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ContentType: 'text/plain; charset=utf-8' }),
      );
      return { s3: { bucket, key }, ...mark };
    }),
  );
}
