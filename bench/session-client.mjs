/**
 * Cold start and size of the session client as a Lambda handler bundles it, against the `openai` SDK with its SigV4
 * provider bundled the same way for the same calls. Run: node --import tsx bench/session-client.mjs [pairs]
 *
 * Every run is a fresh node process that loads one bundle, constructs the client and sends one signed GET to a server
 * in this process. The clocks of both processes are the same (CLOCK_MONOTONIC), so "signed" is the moment the signed
 * request arrives. Runs are paired and their order alternates, so that a busy machine hits both alike.
 */
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bytes, median, ms, ratio, report as reportTables } from './report.ts';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const PAIRS = Number(process.argv[2] ?? 25);
const TARGETS = { ratio: 0.4, bytes: 200_000 };

/** The same operations reachable in both: none may be shaken out of one of them. */
const SOURCES = {
  ours: `
    import { SessionClient, runTurn, reconcileCreate, reconcileSubmit, resolveSessionDefinition } from './runtime/session-client';
    const client = new SessionClient({ region: 'us-east-1', endpoint: process.env.BENCH_ENDPOINT });
    const constructed = process.hrtime.bigint();
    export const used = [runTurn, reconcileCreate, reconcileSubmit, resolveSessionDefinition];
    client.get('s1').then(() => console.log([globalThis.benchStart, constructed].join(' ')));
  `,
  openai: `
    import OpenAI from 'openai';
    import { bedrock } from 'openai/providers/bedrock/aws';
    const client = new OpenAI({
      provider: bedrock({
        region: 'us-east-1',
        endpoint: 'mantle',
        baseURL: process.env.BENCH_ENDPOINT + '/openai/v1',
        apiKey: null,
        accessKeyId: process.env.AWS_ACCESS_KEY_ID,
        secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
        sessionToken: process.env.AWS_SESSION_TOKEN,
      }),
      maxRetries: 0,
    });
    const constructed = process.hrtime.bigint();
    client.beta.agents.sessions.retrieve('s1').then(() => console.log([globalThis.benchStart, constructed].join(' ')));
  `,
  // A process that loads nothing: what node itself costs.
  empty: `
    const constructed = process.hrtime.bigint();
    require('node:http').get(process.env.BENCH_ENDPOINT, (r) => r.resume().on('end', () => console.log([globalThis.benchStart, constructed].join(' '))));
  `,
};

/** As scripts/bundle.mjs builds, and with the packages' ES modules, which lets esbuild leave out what is not used. */
const VARIANTS = { 'main fields: default': {}, 'main fields: module, main': { mainFields: ['module', 'main'] } };

const folder = await mkdtemp(path.join(tmpdir(), 'bench-session-client-'));
let arrived;
const server = createServer((request, response) => {
  arrived = process.hrtime.bigint();
  if (request.url !== '/' && !/^AWS4-HMAC-SHA256 .*bedrock-mantle/.test(request.headers.authorization ?? '')) {
    throw new Error('an unsigned request arrived');
  }
  response.setHeader('content-type', 'application/json');
  response.end('{"id":"s1","object":"agent.session","status":"idle"}');
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const tables = [];
try {
  for (const [variant, options] of Object.entries(VARIANTS)) {
    const bundles = {};
    for (const [name, contents] of Object.entries(SOURCES))
      bundles[name] = await bundle(name, variant, contents, options);
    tables.push(await tableOf(variant, bundles));
  }
  reportTables(tables);
} finally {
  server.close();
  await rm(folder, { recursive: true, force: true });
}

async function bundle(name, variant, contents, options) {
  const outfile = path.join(folder, `${name}-${Object.keys(options).length}.cjs`);
  await build({
    stdin: { contents, resolveDir: root, sourcefile: `${name}.ts`, loader: 'ts' },
    outfile,
    bundle: true,
    minify: true,
    legalComments: 'none',
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'error',
    banner: { js: 'globalThis.benchStart=process.hrtime.bigint();' },
    ...options,
  });
  return { outfile, bytes: (await stat(outfile)).size };
}

async function tableOf(variant, bundles) {
  const samples = Object.fromEntries(Object.keys(bundles).map((name) => [name, []]));
  for (let pair = 0; pair < PAIRS + 2; pair++) {
    const names = Object.keys(bundles);
    for (const name of pair % 2 ? names : names.reverse()) {
      const sample = await coldStart(bundles[name].outfile);
      // The first two pairs warm the disk cache.
      if (pair >= 2) samples[name].push(sample);
    }
  }
  const of = (name, part) => samples[name].map((sample) => sample[part]);
  const row = (title, part, target = '') => [
    title,
    ms(median(of('ours', part))),
    ms(median(of('openai', part))),
    ratio(of('ours', part), of('openai', part)),
    target,
  ];
  return {
    id: `session-client-${Object.keys(VARIANTS[variant]).length ? 'modules' : 'default'}`,
    columns: ['', 'ours', 'openai 7.57.0', 'ours / openai', 'target'],
    rows: [
      row('load the bundle and construct the client', 'constructed'),
      row('… until its first signed request arrives', 'signed', `≤ ${TARGETS.ratio}`),
      row('process start until the signed request arrives', 'total'),
      [
        'bundle, minified',
        bytes(bundles.ours.bytes),
        bytes(bundles.openai.bytes),
        (bundles.ours.bytes / bundles.openai.bytes).toFixed(2),
        `≤ ${bytes(TARGETS.bytes)}`,
      ],
    ],
    of:
      `${PAIRS} pairs, fresh process each; medians, ratios are medians of the pairs. ` +
      `Node.js alone needs ${ms(median(of('empty', 'total')))} from process start to a plain request.`,
  };
}

function coldStart(file) {
  return new Promise((resolve, reject) => {
    const spawned = process.hrtime.bigint();
    const child = spawn(process.execPath, [file], {
      env: {
        PATH: process.env.PATH,
        AWS_ACCESS_KEY_ID: 'ASIABENCH',
        AWS_SECRET_ACCESS_KEY: 'bench',
        AWS_SESSION_TOKEN: 'bench',
        BENCH_ENDPOINT: `http://127.0.0.1:${server.address().port}`,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 30_000,
    });
    let out = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      const [start, constructed] = out.trim().split(' ');
      if (code !== 0 || !constructed) return reject(new Error(`a run failed with ${code}`));
      const ms = (from, to) => Number(BigInt(to) - BigInt(from)) / 1e6;
      resolve({ constructed: ms(start, constructed), signed: ms(start, arrived), total: ms(spawned, arrived) });
    });
  });
}
