import { ExecutionAlreadyExists, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import {
  MAX_INLINE_BYTES,
  MAX_PART_CHARACTERS,
  MAX_PARTS,
  promptPartKey,
  TURN_REQUEST_FORMAT,
  turnExecutionName,
  type TextPart,
  type TurnRequest,
} from '../../../lib/contracts/turn';
import { UsageError } from '../command';
import { splitText } from '../../../runtime/turn-handlers/collect-evidence/split-text';
import type { Account } from './account';
import type { FoundAgent } from './find-agents';
import { executionArn } from './turn-state';

export interface NewTurn {
  readonly prompt: string;
  readonly sessionKey?: string;
  /** The same key again is the same turn. */
  readonly deduplicationKey: string;
}

export interface StartedTurn {
  readonly turn: string;
  readonly executionArn: string;
  /** False if a turn with the same deduplication key was started before. */
  readonly isNew: boolean;
}

/** Starts a turn with the same request as a trigger. It can't start twice, because the name is derived from the key. */
export async function startTurn(
  account: Account,
  agent: FoundAgent,
  { prompt, sessionKey, deduplicationKey }: NewTurn,
): Promise<StartedTurn> {
  const turn = turnExecutionName(deduplicationKey);
  const request: TurnRequest = {
    format: TURN_REQUEST_FORMAT,
    agentName: agent.agent,
    deduplicationKey,
    ...(sessionKey === undefined ? {} : { sessionKey }),
    // CloudTrail records the caller of StartExecution.
    trigger: { type: 'direct', id: 'bma', source: 'bma', time: new Date().toISOString().replace(/\.\d+Z$/, 'Z') },
    prompt: await promptParts(account, agent, turn, prompt),
  };
  const started = { turn, executionArn: executionArn(agent, turn) };
  try {
    await account.executions.send(
      new StartExecutionCommand({ stateMachineArn: agent.turns, name: turn, input: JSON.stringify(request) }),
    );
    return { ...started, isNew: true };
  } catch (error) {
    if (error instanceof ExecutionAlreadyExists) return { ...started, isNew: false };
    throw error;
  }
}

/** Small prompts are in the request, larger ones in the evidence bucket. */
async function promptParts(
  { objects }: Account,
  { evidence: bucket }: FoundAgent,
  turn: string,
  prompt: string,
): Promise<readonly TextPart[]> {
  const most = MAX_PARTS * MAX_PART_CHARACTERS;
  const texts = prompt.length > most ? [] : splitText(prompt);
  if (texts.join('') !== prompt || texts.length === 0) {
    throw new UsageError(`The prompt has ${prompt.length} characters. Allowed: 1 to about ${most}.`);
  }
  const inline = texts.map((text) => ({ text }));
  if (Buffer.byteLength(JSON.stringify(inline)) <= MAX_INLINE_BYTES) return inline;
  const parts: TextPart[] = [];
  for (const [index, text] of texts.entries()) {
    const key = promptPartKey(turn, index);
    const ContentType = 'text/plain; charset=utf-8';
    await objects.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ContentType }));
    parts.push({ s3: { bucket, key } });
  }
  return parts;
}
