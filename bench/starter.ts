/**
 * Cold start and size of the two handlers around triggers. Run: npm run bundle && node --import tsx bench/starter.ts [runs]
 *
 * Every run is a fresh node process that loads one bundle as Lambda does and handles one event against services in this
 * process. The clocks of both processes are the same (CLOCK_MONOTONIC), so "until the call" is the moment at which the
 * signed request arrives. The variants take turns, so that a busy machine hits all alike.
 */
import { build, type BuildOptions } from 'esbuild';
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parsePrompt } from '../lib/trigger/prompt-template';
import type { StarterConfiguration } from '../lib/contracts/starter';
import { bytes, median, ms as milliseconds, report } from './report';

const root = path.resolve(__dirname, '..');
const RUNS = Number(process.argv[2] ?? 15);
const SECRET = 'a-secret-of-example-that-nobody-uses-anywhere';
const WARM_EVENTS = 200;

const CONFIGURATION: StarterConfiguration = {
  format: 'cdk-bedrock-managed-agents/starter/1',
  trigger: { type: 'pull-request', id: 'Bench' },
  prompt: parsePrompt(
    'bench',
    'Review {{event.detail.pullRequestId | int}}: {{event.detail.title | text:250}} {{event.detail.description | text:8000}}',
  ).segments,
  deduplicationKey: [['detail', 'pullRequestId']],
};

const recorded = (name: string) =>
  JSON.parse(readFileSync(path.join(root, 'test/fixtures/events', `${name}.json`), 'utf8'));
const BATCH = { Records: [{ messageId: 'm', body: JSON.stringify(recorded('codecommit-pull-request')) }] };
const delivery = recorded('github-delivery');
const body = JSON.stringify({
  ...delivery,
  pull_request: { ...delivery.pull_request, updated_at: new Date().toISOString() },
});
const REQUEST = {
  headers: {
    'x-github-event': 'pull_request',
    'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
  },
  body,
  requestContext: { http: { method: 'POST' } },
};

/** Runs inside the fresh process: argument 1 is the file of the handler, argument 2 the event, argument 3 how many more. */
const CHILD = `
  const started = process.hrtime.bigint();
  const { handler } = require(process.argv[1]);
  const loaded = process.hrtime.bigint();
  const event = JSON.parse(process.argv[2]);
  const real = console.log; console.log = () => {};
  (async () => {
    await handler(event);
    const warmStart = process.hrtime.bigint();
    for (let i = 0; i < Number(process.argv[3]); i += 1) await handler(event);
    const warm = process.hrtime.bigint() - warmStart;
    real([started, loaded, warm].join(' '));
  })();`;

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-starter-'));
  // Inside the repository: the SDK is resolved from its node_modules, as Lambda resolves it from its runtime's.
  const inside = path.join(root, `assets.bench-${process.pid}`);
  let arrived: bigint | undefined;
  const server = createServer((request, response) => {
    const target = String(request.headers['x-amz-target']);
    request.resume().on('end', () => {
      if (/StartExecution|PutEvents/.test(target)) arrived ??= process.hrtime.bigint();
      const answer = target.endsWith('GetSecretValue')
        ? { SecretString: SECRET }
        : target.endsWith('PutEvents')
          ? { FailedEntryCount: 0, Entries: [] }
          : { executionArn: 'arn:x', startDate: 1 };
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const variants = await prepare(folder, inside);
    const results = new Map<string, { load: number[]; call: number[]; process: number[]; warm: number[] }>(
      variants.map(({ name }) => [name, { load: [], call: [], process: [], warm: [] }]),
    );
    for (let run = 0; run < RUNS; run += 1) {
      for (const { name, directory, files, event } of variants) {
        arrived = undefined;
        const spawned = process.hrtime.bigint();
        const [started, loaded, warm] = (await child(path.join(directory, files[0]), event, endpoint))
          .split(' ')
          .map(BigInt);
        const result = results.get(name)!;
        result.load.push(ms(loaded - started));
        result.call.push(ms(arrived! - started));
        result.process.push(ms(arrived! - spawned));
        result.warm.push(ms(warm) / WARM_EVENTS);
      }
    }
    const sizes: string[] = [];
    for (const { directory, files } of variants) {
      let size = 0;
      for (const file of files) size += (await stat(path.join(directory, file))).size;
      sizes.push(bytes(size));
    }
    const row = (title: string, part: 'load' | 'call' | 'process' | 'warm') => [
      title,
      ...variants.map(({ name }) => milliseconds(median(results.get(name)![part]))),
    ];
    report([
      {
        id: 'starter',
        columns: ['', ...variants.map(({ name }) => name)],
        rows: [
          ['code, minified', ...sizes],
          row('load the code', 'load'),
          row('… until the call', 'call'),
          row("process start (Node.js's own included) until the call", 'process'),
          row(`each further event in the same process (mean of ${WARM_EVENTS})`, 'warm'),
        ],
        of: `${RUNS} runs each, in turns; medians.`,
      },
    ]);
  } finally {
    server.close();
    for (const each of [folder, inside]) await rm(each, { recursive: true, force: true });
  }
}

/** The code as it ships, and the starter with the AWS SDK of Lambda's runtime and in a bundle of its own, for comparison. */
async function prepare(folder: string, runtimeSdk: string) {
  const handlers = path.join(root, 'assets/handlers');
  const shipped = path.join(folder, 'starter');
  const { starter, webhook } = JSON.parse(await readFile(path.join(handlers, 'files.json'), 'utf8')) as Record<
    string,
    string[]
  >;
  for (const file of starter) await cp(path.join(handlers, file), path.join(shipped, file));
  const alone = path.join(folder, 'alone');
  await bundleStarter(alone, {});
  await bundleStarter(runtimeSdk, { external: ['@aws-sdk/client-*'] });
  for (const directory of [shipped, alone, runtimeSdk]) {
    await writeFile(path.join(directory, 'trigger.json'), JSON.stringify(CONFIGURATION));
  }
  return [
    { name: 'starter', directory: shipped, files: starter, event: BATCH },
    { name: 'starter, one bundle of its own', directory: alone, files: ['starter.js'], event: BATCH },
    { name: "starter, with the SDK of Lambda's runtime", directory: runtimeSdk, files: ['starter.js'], event: BATCH },
    { name: 'webhook', directory: handlers, files: webhook, event: REQUEST },
  ];
}

function bundleStarter(directory: string, options: BuildOptions) {
  return build({
    entryPoints: [path.join(root, 'runtime/turn-handlers/starter/main.ts')],
    outfile: path.join(directory, 'starter.js'),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    alias: {
      '@aws-sdk/credential-provider-node': path.join(root, 'runtime/turn-handlers/lambda-credentials.ts'),
    },
    supported: { 'dynamic-import': false },
    ...options,
  });
}

function child(file: string, event: object, endpoint: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const running = spawn(process.execPath, ['-e', CHILD, file, JSON.stringify(event), String(WARM_EVENTS)], {
      env: {
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
        AWS_ENDPOINT_URL: endpoint,
        BMA_STATE_MACHINE_ARN: 'arn:aws:states:us-east-1:111122223333:stateMachine:Bench',
        BMA_AGENT_NAME: 'bench',
        BMA_WEBHOOK_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:bench',
        BMA_EVENT_BUS_NAME: 'bench',
        BMA_DEAD_LETTER_QUEUE_URL: `${endpoint}/111122223333/bench`,
        BMA_REPLAY_WINDOW_SECONDS: '3600',
        BMA_MAX_BODY_BYTES: '1048576',
      },
    });
    let out = '';
    let err = '';
    running.stdout.on('data', (chunk) => (out += String(chunk)));
    running.stderr.on('data', (chunk) => (err += String(chunk)));
    running.on('close', (code) => (code === 0 && out ? resolve(out.trim()) : reject(new Error(err || `exit ${code}`))));
  });
}

const ms = (nanoseconds: bigint) => Number(nanoseconds) / 1e6;

void main();
