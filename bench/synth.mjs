// What an agent costs at synth, per resource, beside stock constructs of aws-cdk-lib of the same kinds (bench/synth-apps.ts):
// CPU time from the first construct until the assembly is written, all threads of the process. Fresh processes in pairs of
// alternating order. CDK's own CloudFormation validation is off in both.
//
//   npm run bundle && node bench/synth.mjs [pairs] [agents]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { median, ms, ratio, report } from './report.ts';

const pairs = Number(process.argv[2] ?? 5);
const agents = Number(process.argv[3] ?? 50);
const root = path.resolve(import.meta.dirname, '..');
// Two folders below the root, like the compiled files: assets/ is found from there.
const program = path.join(root, 'bench', `.synth-${process.pid}`, 'apps.cjs');
const work = mkdtempSync(path.join(tmpdir(), 'bench-synth-'));

function synthesize(kind) {
  try {
    const env = { ...process.env, CDK_VALIDATION: 'false' };
    const output = execFileSync(process.execPath, [program, kind, String(agents), work], {
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return JSON.parse(output.trim().split('\n').at(-1));
  } finally {
    rmSync(path.join(work, `${kind}.out`), { recursive: true, force: true });
  }
}

try {
  await build({
    entryPoints: [path.join(root, 'bench', 'synth-apps.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    alias: {
      'cdk-bedrock-managed-agents': path.join(root, 'lib/index.ts'),
      'cdk-bedrock-managed-agents/blueprints': path.join(root, 'lib/blueprint/index.ts'),
      'cdk-bedrock-managed-agents/operations': path.join(root, 'lib/operations/index.ts'),
    },
    external: ['aws-cdk-lib', 'constructs', 'cdk-nag'],
  });
  const runs = { ours: [], stock: [] };
  for (let pair = 0; pair < pairs; pair += 1) {
    for (const kind of pair % 2 ? ['ours', 'stock'] : ['stock', 'ours']) runs[kind].push(synthesize(kind));
  }
  const perResource = (kind) => runs[kind].map(({ cpuMs, resources }) => cpuMs / resources);
  const perText = (kind) => runs[kind].map(({ cpuMs, bytes }) => cpuMs / (bytes / 1000));
  const row = (title, of) => [title, of('ours'), of('stock')];
  const [[ours], [stock]] = [runs.ours, runs.stock];
  if (process.env.BENCHMARK_KINDS)
    for (const k of Object.keys(ours.kinds))
      console.error(k, ours.kinds[k], stock.kinds[k], ours.bytesOfKinds[k], stock.bytesOfKinds[k]);
  report([
    {
      id: 'synth',
      columns: ['', 'agents', 'stock constructs', 'ratio', 'target'],
      rows: [
        [
          ...row('CPU time per resource', (kind) => ms(median(perResource(kind)))),
          `**${ratio(perResource('ours'), perResource('stock'))}**`,
          '≤ 1.1',
        ],
        [...row('CPU time', (kind) => ms(median(runs[kind].map(({ cpuMs }) => cpuMs)))), '', ''],
        [
          ...row('CPU time per 1,000 B of minified template', (kind) => ms(median(perText(kind)))),
          ratio(perText('ours'), perText('stock')),
          '',
        ],
        [...row('resources', (kind) => runs[kind][0].resources.toLocaleString('en')), '', ''],
        [
          ...row(
            'templates, minified, per resource',
            (kind) => `${Math.round(runs[kind][0].bytes / runs[kind][0].resources)} B`,
          ),
          '',
          '',
        ],
      ],
      of: `${agents} agents, ${pairs} pairs; medians, the ratio is the median of the pairs.`,
    },
  ]);
} finally {
  rmSync(path.dirname(program), { recursive: true, force: true });
  rmSync(work, { recursive: true, force: true });
}
