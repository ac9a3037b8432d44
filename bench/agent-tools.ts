/**
 * Size, start and memory of the MCP servers of the agent tools. Run: npm run bundle && node --import tsx bench/agent-tools.ts [runs]
 *
 * Every run is a fresh process, started by the MCP SDK's client; the time ends when the client has the list of tools. The
 * servers take turns, so that a busy machine hits all alike.
 */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { bytes, median, ms, report } from './report';

const mcp = path.resolve(__dirname, '../assets/image/mcp');
const RUNS = Number(process.argv[2] ?? 9);

/** Each server with the scope that it needs to start. */
const SERVERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  cloudwatch: {
    BMA_LOG_GROUPS: '/app/checkout',
    BMA_MAX_TIME_RANGE_SECONDS: '86400',
    BMA_MAX_SCANNED_BYTES: '1000000',
  },
  deployments: { BMA_STACKS: 'ShopStack', BMA_MAX_TIME_RANGE_SECONDS: '604800' },
  'knowledge-base': { BMA_KNOWLEDGE_BASE_ID: 'KB12345678' },
  outputs: {
    BMA_OUTPUT_BUCKET: 'outputs-bucket',
    BMA_OUTPUT_PREFIX: 'reviewer/',
    BMA_OUTPUT_BUCKET_OWNER: '111122223333',
    BMA_OUTPUT_FILE_TYPES: 'json',
    BMA_OUTPUT_MAX_FILE_BYTES: '1000000',
    BMA_OUTPUT_OVERWRITE: 'never',
  },
  source: { BMA_SOURCE_REPOSITORIES: 'code-commit/shop', BMA_SOURCE_MAX_BYTES: '1000000' },
};
const COMMON = { AWS_REGION: 'us-east-1', BMA_MAX_RESULTS: '10', BMA_TOOL_DEADLINE_SECONDS: '20' };

interface Run {
  readonly startMs: number;
  readonly residentBytes: number;
}

async function run(name: string): Promise<Run> {
  const client = new Client({ name: 'benchmark', version: '1' });
  const transport = new StdioClientTransport({
    command: process.execPath,
    // Two of them take the path of the workspace; the others ignore it.
    args: [path.join(mcp, name, 'server.js'), tmpdir()],
    env: { PATH: process.env.PATH ?? '', ...COMMON, ...SERVERS[name] },
  });
  const began = performance.now();
  await client.connect(transport);
  await client.listTools();
  const startMs = performance.now() - began;
  const status = readFileSync(`/proc/${transport.pid}/status`, 'utf8');
  await client.close();
  return { startMs, residentBytes: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)![1]) * 1024 };
}

/** The file of a server and the shared files that it imports at its start, each once. */
function filesOf(name: string): readonly Buffer[] {
  const found = new Map<string, Buffer>();
  const add = (file: string): void => {
    if (found.has(file)) return;
    if (!existsSync(file)) return; // The SDK contains an import of a file that isn't in the bundle.
    const content = readFileSync(file);
    found.set(file, content);
    for (const [, imported] of content.toString('utf8').matchAll(/require\("(\.[\w./-]+\.js)"\)/g)) {
      add(path.resolve(path.dirname(file), imported));
    }
  };
  add(path.join(mcp, name, 'server.js'));
  return [...found.values()];
}

async function main(): Promise<void> {
  const runs: Record<string, Run[]> = Object.fromEntries(Object.keys(SERVERS).map((name) => [name, []]));
  for (let round = 0; round < RUNS; round++) {
    for (const name of Object.keys(SERVERS)) runs[name].push(await run(name));
  }
  report([
    {
      id: 'agent-tools',
      columns: ['server', 'code', 'gzip', 'start', 'memory after start (RSS)'],
      rows: Object.keys(SERVERS).map((name) => {
        const files = filesOf(name);
        return [
          `\`${name}\``,
          bytes(files.reduce((sum, { length }) => sum + length, 0)),
          bytes(files.reduce((sum, file) => sum + gzipSync(file).length, 0)),
          ms(median(runs[name].map(({ startMs }) => startMs))),
          `${Math.round(median(runs[name].map(({ residentBytes }) => residentBytes)) / 1e6)} MB`,
        ];
      }),
      of: `${RUNS} runs, fresh process each; medians. Code is the file of the server with the shared files that it imports.`,
    },
  ]);
}

void main();
