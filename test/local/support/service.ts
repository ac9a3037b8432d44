/** A local service with the real lifecycle server and the real Codex binary, and a client for it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import {
  findCodexBinary,
  LifecycleProcessProvider,
  type LocalService,
  type LocalServiceOptions,
  startLocalService,
} from '../../../local';
import { SessionClient } from '../../../runtime/session-client/client';
import type { CreateSessionRequest, Item, StreamEvent } from '../../../runtime/session-client/types';

const root = path.resolve(__dirname, '../../..');

let bundle: { readonly directory: string; readonly file: string } | undefined;

/** The lifecycle server as it is in the image: one bundled file, made from the sources as they are now. */
export function lifecycleBundle(): string {
  if (bundle === undefined) {
    const directory = mkdtempSync(path.join(tmpdir(), 'bma-lifecycle-'));
    const file = path.join(directory, 'server.js');
    buildSync({
      entryPoints: [path.join(root, 'runtime/lifecycle/main.ts')],
      bundle: true,
      platform: 'node',
      logLevel: 'warning',
      outfile: file,
    });
    bundle = { directory, file };
  }
  return bundle.file;
}

export function removeLifecycleBundle(): void {
  if (bundle !== undefined) rmSync(bundle.directory, { recursive: true, force: true });
  bundle = undefined;
}

export const startWithRealParts = (options: LocalServiceOptions = {}): Promise<LocalService> =>
  startLocalService({
    compute: new LifecycleProcessProvider({
      codexBinary: findCodexBinary(),
      program: lifecycleBundle(),
    }),
    ...options,
  });

export const clientOf = (service: LocalService, credentials = service.credentials): SessionClient =>
  new SessionClient({
    region: service.region,
    endpoint: service.url,
    credentials: () => Promise.resolve(credentials),
    environment: {},
  });

export const RUNTIME_ARN = 'arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/reviewer-a1b2c3d4e5';
export const SESSION_ROLE = 'arn:aws:iam::111122223333:role/SessionRole';
export const WORKSPACE = '/mnt/agent/workspace';

export const agentCoreSession = (more: Partial<CreateSessionRequest> = {}): CreateSessionRequest => ({
  agent: { model: 'openai.gpt-5.5', instructions: 'Review.', tools: [] },
  environment: { type: 'aws_bedrock_agentcore', runtime_arn: RUNTIME_ARN, workspace_directory: WORKSPACE },
  role_arn: SESSION_ROLE,
  ...more,
});

export const selfHostedSession = (more: Partial<CreateSessionRequest> = {}): CreateSessionRequest => ({
  ...agentCoreSession(),
  environment: { type: 'self_hosted', workspace_directory: '/workspace' },
  ...more,
});

export async function allItems(client: SessionClient, sessionId: string): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of client.items(sessionId, { order: 'asc' })) items.push(item);
  return items;
}

/** Types of the events of a turn, up to the end of the session's work. */
export async function eventsUntilIdle(
  client: SessionClient,
  sessionId: string,
  act: () => Promise<unknown>,
): Promise<StreamEvent[]> {
  const stream = await client.stream(sessionId);
  const seen: StreamEvent[] = [];
  await act();
  for await (const event of stream) {
    seen.push(event);
    if (event.type === 'agent.session.idle' || event.type === 'agent.session.failed') break;
  }
  return seen;
}

/** Resolves when an event of this type comes. */
export async function eventsOfType(client: SessionClient, sessionId: string, type: string): Promise<void> {
  for await (const event of await client.stream(sessionId)) if ((event.type as string) === type) return;
}

/** Polls a condition that other processes change. */
export async function eventually(condition: () => boolean | Promise<boolean>, timeoutMs = 120_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('The condition did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Processes whose command line holds `text`. */
export function processes(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
      } catch {
        return false;
      }
    })
    .map(Number);
}
