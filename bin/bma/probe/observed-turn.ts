import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import { randomUUID } from 'node:crypto';
import type { FoundAgent } from '../account/find-agents';
import { followTurn } from '../account/follow-turn';
import { listTurns } from '../account/list-turns';
import { startTurn } from '../account/start-turn';
import type { TurnState } from '../account/turn-state';
import { NoAnswer, type Permission } from './probe';
import { DELIVERY_MINUTES, type ProbeContext } from './probe-context';

/** Additional permissions for starting a turn. */
export const NEW_TURN_PERMISSIONS: readonly Permission[] = [
  { actions: ['states:StartExecution'], resources: ['arn:aws:states:REGION:ACCOUNT:stateMachine:TURNS'] },
  { actions: ['states:GetExecutionHistory'], resources: ['arn:aws:states:REGION:ACCOUNT:execution:TURNS:*'] },
];

/** The message of a turn that is started for probes: one command, so that the environment is used, and a short answer. */
const PROBE_PROMPT =
  'Run the command `echo probe` once in the workspace. Then answer with its output and nothing else.';

/** An ended turn, with its evidence. */
export interface ObservedTurn {
  readonly state: TurnState;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly items: readonly { readonly type?: string; readonly exit_code?: unknown }[];
  readonly manifest?: { readonly terminalEvent?: { readonly usage?: unknown } | null };
  /** `outcome.json`, as it was stored. */
  readonly outcomeText?: string;
}

/** Number of turns that are read to find one that has ended. */
const LOOK_BACK = 20;

/** @throws NoAnswer when the agent has had no turn */
export async function observedTurn(context: ProbeContext, agent: FoundAgent): Promise<ObservedTurn> {
  const { newTurn } = context.options;
  const state = newTurn ? await newlyStarted(context, agent) : await newestEnded(context, agent);
  const folder = `turns/${state.turn}`;
  const read = async (name: string): Promise<string | undefined> => {
    try {
      const { Body } = await context.clients.account.objects.send(
        new GetObjectCommand({ Bucket: agent.evidence, Key: `${folder}/${name}` }),
      );
      return Buffer.concat(await (Body as Readable).toArray()).toString('utf8');
    } catch (problem) {
      // Without s3:ListBucket, S3 returns AccessDenied for a missing object, too.
      if (['NoSuchKey', 'AccessDenied'].includes((problem as Error).name)) return undefined;
      throw problem;
    }
  };
  const manifest = await read('manifest.json');
  const items = await read('items.jsonl');
  return {
    state,
    startedAt: new Date(state.startedAt!),
    endedAt: new Date(state.endedAt!),
    items: (items ?? '')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as object),
    ...(manifest === undefined ? {} : { manifest: JSON.parse(manifest) as object }),
    outcomeText: await read('outcome.json'),
  };
}

async function newestEnded({ clients }: ProbeContext, agent: FoundAgent): Promise<TurnState> {
  const turns = await listTurns(clients.account, agent, { limit: LOOK_BACK });
  const ended = turns.find(({ state, endedAt }) => state !== 'Running' && endedAt !== undefined);
  if (ended === undefined) throw new NoAnswer('the agent had no turn that has ended: start one with --new-turn');
  return ended;
}

async function newlyStarted(context: ProbeContext, agent: FoundAgent): Promise<TurnState> {
  const { account } = context.clients;
  const { executionArn } = await startTurn(account, agent, {
    prompt: PROBE_PROMPT,
    deduplicationKey: `bma-probe-${randomUUID()}`,
  });
  const intervalMs = context.options.intervalSeconds * 1000;
  const ended = await followTurn(account, agent, executionArn, { intervalMs, onState: () => undefined });
  // Wait until the log entries of the turn have arrived.
  await context.pause(DELIVERY_MINUTES * 60);
  return ended;
}
