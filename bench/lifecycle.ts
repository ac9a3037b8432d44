// Lifecycle server: memory when idle, and what it adds to the exec server's own time to connect.
// npm run bundle && node --import tsx bench/lifecycle.ts [pairs] [path of the node that runs the server]
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { Attachment } from '../runtime/lifecycle/attachment';
import { locateCodexBinary } from '../runtime/lifecycle/codex-binary';
import { execServerCommand } from '../runtime/lifecycle/exec-server-command';
import { FakeRegistry } from '../test/runtime/lifecycle/fake-registry';
import { median, ms, ratio, report } from './report';

const ROOT = path.resolve(__dirname, '..');
const SERVER = path.join(ROOT, 'assets/image/lifecycle/server.js');
const PAIRS = Number(process.argv[2] ?? 31);
const NODE = process.argv[3] ?? process.execPath;
const MAX_RSS_MB = 60;
const MAX_RATIO = 1.2;

const codexPath = locateCodexBinary(ROOT);
const work = mkdtempSync(path.join(tmpdir(), 'bma-bench-'));
const workspace = path.join(work, 'workspace');
const stateDirectory = path.join(work, 'state');
for (const directory of [workspace, path.join(stateDirectory, 'home'), path.join(stateDirectory, 'codex')]) {
  mkdirSync(directory, { recursive: true });
}
const credentials = { AWS_ACCESS_KEY_ID: 'AKIDBENCH', AWS_SECRET_ACCESS_KEY: 'bench', AWS_SESSION_TOKEN: 'bench' };

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const ended = (child: ChildProcess): Promise<void> => new Promise((resolve) => child.once('exit', () => resolve()));
const rssMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

async function startServer(): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(NODE, [SERVER], {
    env: {
      PATH: process.env.PATH,
      ...credentials,
      BMA_PORT: '0',
      BMA_HOST: '127.0.0.1',
      BMA_STATE_DIRECTORY: stateDirectory,
      BMA_CODEX_PATH: codexPath,
      BMA_ALLOW_LOOPBACK_ENDPOINT: 'true',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<number>((resolve) => {
    let logs = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      const found = /"port":(\d+)/.exec((logs += chunk.toString('utf8')));
      if (found) resolve(Number(found[1]));
    });
  });
  return { child, url: `http://127.0.0.1:${port}` };
}

async function invoke(url: string, body: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(`${url}/invocations`, { method: 'POST', body: JSON.stringify(body) });
  return (await answer.json()) as Record<string, unknown>;
}

/**
 * Memory when idle: freshly started, and with an exec server after a hundred pings. The memory of the exec server isn't
 * included.
 */
async function memory(registry: FakeRegistry): Promise<{ fresh: number; attached: number }> {
  const { child, url } = await startServer();
  const pid = child.pid as number;
  await pause(1_500);
  const fresh = rssMb(pid);
  await invoke(url, activate(registry, 1));
  await registry.connection();
  for (let count = 0; count < 100; count++) await (await fetch(`${url}/ping`)).text();
  await pause(1_500);
  const attached = rssMb(pid);
  child.kill('SIGTERM');
  await ended(child);
  rmSync(path.join(stateDirectory, 'state.json'), { force: true });
  return { fresh, attached };
}

function activate(registry: FakeRegistry, generation: number): unknown {
  return {
    action: 'activate',
    protocol_version: 1,
    environment_id: 'env_bench',
    attachment_generation: generation,
    workspace: { directory: workspace },
    endpoint: registry.endpoint,
    region: 'us-east-1',
  };
}

/** From sending the activate to the WebSocket of the exec server. */
async function throughServer(registry: FakeRegistry, url: string, generation: number): Promise<number> {
  const startedAt = performance.now();
  const [reply] = await Promise.all([invoke(url, activate(registry, generation)), registry.connection()]);
  const took = performance.now() - startedAt;
  if (reply.exec_server !== 'connecting') throw new Error(JSON.stringify(reply));
  await invoke(url, { action: 'disconnect' });
  return took;
}

/** The same command started by hand, from spawn to the WebSocket. */
async function byHand(registry: FakeRegistry): Promise<number> {
  const attachment: Attachment = {
    environmentId: 'env_bench',
    generation: 1,
    workspaceDirectory: workspace,
    endpoint: registry.endpoint,
    region: 'us-east-1',
    service: 'bedrock-mantle',
  };
  const environment = { PATH: process.env.PATH, ...credentials };
  const command = execServerCommand(attachment, { codexPath, stateDirectory, passEnvironment: [], environment });
  const startedAt = performance.now();
  const child = spawn(command.file, command.args, {
    cwd: command.cwd,
    env: command.env,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await registry.connection();
  const took = performance.now() - startedAt;
  child.kill('SIGTERM');
  await ended(child);
  return took;
}

async function main(): Promise<void> {
  const registry = await FakeRegistry.start();
  const nodeVersion = await new Promise<string>((resolve) => {
    spawn(NODE, ['--version']).stdout.on('data', (chunk: Buffer) => resolve(chunk.toString('utf8').trim()));
  });
  const samples = [];
  for (let run = 0; run < 5; run++) samples.push(await memory(registry));
  const fresh = median(samples.map((sample) => sample.fresh));
  const attached = median(samples.map((sample) => sample.attached));

  const { child, url } = await startServer();
  await throughServer(registry, url, 0);
  await byHand(registry);
  const pairs: { server: number; hand: number }[] = [];
  for (let pair = 1; pair <= PAIRS; pair++) {
    const hand = pair % 2 ? await byHand(registry) : undefined;
    const server = await throughServer(registry, url, pair);
    pairs.push({ server, hand: hand ?? (await byHand(registry)) });
  }
  child.kill('SIGTERM');
  await ended(child);
  await registry.close();
  rmSync(work, { recursive: true, force: true });

  const of = (part: 'server' | 'hand'): number[] => pairs.map((pair) => pair[part]);
  report([
    {
      id: 'lifecycle',
      columns: ['', 'measured', 'target'],
      rows: [
        ['RSS, fresh and idle (median of 5)', `${fresh.toFixed(1)} MB`, `≤ ${MAX_RSS_MB} MB`],
        ['RSS, attached, after 100 pings', `${attached.toFixed(1)} MB`, `≤ ${MAX_RSS_MB} MB`],
        ["from `activate` until the exec server's WebSocket opens", ms(median(of('server'))), ''],
        ['the exec server started by hand until the same', ms(median(of('hand'))), ''],
        ['ratio', `**${ratio(of('server'), of('hand'))}**`, `≤ ${MAX_RATIO}`],
      ],
      of: `${PAIRS} pairs, medians; the server runs in Node.js ${nodeVersion}.`,
    },
  ]);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
