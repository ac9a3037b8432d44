// Local service: sessions per second, without and with real compute (lifecycle server + codex exec-server).
// npm run bundle && node --import tsx bench/local-service.ts [API sessions] [full sessions]
import { type ChildProcess, spawn } from 'node:child_process';
import * as path from 'node:path';
import { SessionClient } from '../runtime/session-client/client';
import { runTurn } from '../runtime/session-client/run-turn';
import type { CreateSessionRequest } from '../runtime/session-client/types';
import { ms, report } from './report';

const API_SESSIONS = Number(process.argv[2] ?? 2000);
const FULL_SESSIONS = Number(process.argv[3] ?? 24);
const PROGRAM = path.resolve(__dirname, '../assets/local/bma-local.js');

const request: CreateSessionRequest = {
  agent: { model: 'openai.gpt-5.5', instructions: 'Bench.', tools: [] },
  environment: {
    type: 'aws_bedrock_agentcore',
    runtime_arn: 'arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/bench-a1b2c3d4e5',
    workspace_directory: '/mnt/agent/workspace',
  },
  role_arn: 'arn:aws:iam::111122223333:role/SessionRole',
};

async function startService(): Promise<{ child: ChildProcess; client: SessionClient }> {
  const child = spawn(process.execPath, [PROGRAM, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  await new Promise<void>((resolve) =>
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (/AWS_SESSION_TOKEN=.*\n/.test(printed)) resolve();
    }),
  );
  const value = (pattern: RegExp): string => pattern.exec(printed)![1];
  const credentials = {
    accessKeyId: value(/AWS_ACCESS_KEY_ID=(.*)/),
    secretAccessKey: value(/AWS_SECRET_ACCESS_KEY=(.*)/),
    sessionToken: value(/AWS_SESSION_TOKEN=(.*)/),
  };
  const endpoint = value(/at (http:\S+)/);
  const client = new SessionClient({
    region: 'us-east-1',
    endpoint,
    credentials: () => Promise.resolve(credentials),
    environment: {},
  });
  return { child, client };
}

/** Runs `count` times `work`, `width` at once. @returns times of each, sorted, and the whole, in milliseconds */
async function timed(
  count: number,
  width: number,
  work: () => Promise<void>,
): Promise<{ each: number[]; whole: number }> {
  const each: number[] = [];
  let left = count;
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (left-- > 0) {
        const start = performance.now();
        await work();
        each.push(performance.now() - start);
      }
    }),
  );
  return { each: each.sort((a, b) => a - b), whole: performance.now() - begin };
}

function row(what: string, { each, whole }: { each: number[]; whole: number }): string[] {
  const at = (share: number): string => ms(each[Math.min(each.length - 1, Math.floor(each.length * share))]);
  return [what, String(each.length), ((each.length / whole) * 1000).toFixed(1), at(0.5), at(0.95)];
}

async function main(): Promise<void> {
  const { child, client } = await startService();
  const api = async (): Promise<void> => {
    const { id } = await client.create(request);
    await client.get(id);
    await client.delete(id);
  };
  await timed(200, 8, api);
  const rows = [row('create, get, delete; no compute; 8 at once', await timed(API_SESSIONS, 8, api))];
  const full = async (): Promise<void> => {
    const { id } = await client.create(request);
    const { state } = await runTurn(client, id, 'hello');
    if (state !== 'completed') throw new Error(state);
    await client.delete(id);
  };
  await timed(2, 1, full);
  for (const width of [1, 4]) {
    const what = `create, one turn with one command on compute of its own, delete; ${width} at once`;
    rows.push(row(what, await timed(FULL_SESSIONS, width, full)));
  }
  report([
    { id: 'local-service', columns: ['', 'sessions', 'sessions/s', 'median', 'p95'], rows, of: 'One run each.' },
  ]);
  client.close();
  child.kill('SIGTERM');
}

main().catch((error: Error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
