// What a security statement costs: an app of 10 agents, each with the network, roles, stores and trail of the example, from
// its final templates to the written files. A fresh process per round, as in a synth; medians. CPU time of the main thread
// is what passes on a machine without other work. Needs Node 24 for it.
//
//   node --import tsx bench/security-statement.mjs [rounds] [agents]
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { median, ms, report } from './report.ts';

const rounds = Number(process.argv[2] ?? 21);
const agents = Number(process.argv[3] ?? 10);
const work = mkdtempSync(path.join(tmpdir(), 'bench-statement-'));

const APP = `
import { App } from 'aws-cdk-lib/core';
import { CiPipelineAgentStack } from ${JSON.stringify(path.resolve('examples/ci-pipeline-agent/ci-pipeline-agent-stack'))};
import { CiPipelineNetworkStack } from ${JSON.stringify(path.resolve('examples/ci-pipeline-agent/ci-pipeline-network-stack'))};
const app = new App({ outdir: process.argv[2] });
for (let index = 0; index < Number(process.argv[3]); index += 1) {
  // An account each: the example brings a trail, and an account has one.
  const env = { account: String(111122223330 + index), region: 'us-east-1' };
  const { network } = new CiPipelineNetworkStack(app, 'Network' + index, { env });
  new CiPipelineAgentStack(app, 'Agent' + index, { env, network });
}
app.synth();
`;

const MEASURED = `
import { statementsOf } from ${JSON.stringify(path.resolve('analysis/statement/build'))};
import { writeStatements } from ${JSON.stringify(path.resolve('analysis/statement/files'))};
import { readDirectory } from ${JSON.stringify(path.resolve('analysis/model/read-directory'))};
import { TemplateModel } from ${JSON.stringify(path.resolve('analysis/model/template-model'))};
const now = () => Number(process.hrtime.bigint()) / 1e6;
const cpu = process.threadCpuUsage?.();
const started = now();
const index = new TemplateModel(readDirectory(process.argv[2]));
const read = now();
const statements = statementsOf(index);
const made = now();
writeStatements(statements, process.argv[3]);
const written = now();
const { user, system } = cpu ? process.threadCpuUsage(cpu) : { user: NaN, system: NaN };
console.log(JSON.stringify({ agents: statements.length, resources: index.resources.length,
  read: read - started, make: made - read, write: written - made, total: written - started,
  cpu: (user + system) / 1e3 }));
`;

try {
  const outdir = path.join(work, 'cdk.out');
  const source = path.resolve('bench', `.app-${process.pid}.ts`);
  writeFileSync(source, APP);
  try {
    execFileSync(process.execPath, ['--import', 'tsx', source, outdir, String(agents)], { stdio: 'inherit' });
  } finally {
    rmSync(source);
  }
  const program = path.join(work, 'measured.cjs');
  copyFileSync(path.resolve('analysis/facts/actions.txt'), path.join(work, 'actions.txt'));
  await build({
    stdin: { contents: MEASURED, resolveDir: process.cwd(), loader: 'ts' },
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20',
  });
  const runs = [];
  for (let round = 0; round <= rounds; round += 1) {
    const out = path.join(work, `out-${round}`);
    const run = JSON.parse(execFileSync(process.execPath, [program, outdir, out], { encoding: 'utf8' }));
    if (round > 0) runs.push(run); // the first warms the disk cache
  }
  const [{ agents: found, resources }] = runs;
  const row = (title, part) => [
    title,
    ms(median(runs.map((run) => run[part]))),
    ms(Math.max(...runs.map((run) => run[part]))),
  ];
  report([
    {
      id: `statement-${agents}`,
      columns: [`${found} agents, ${resources.toLocaleString('en')} resources`, 'median', 'worst'],
      rows: [
        row('CPU time of the main thread', 'cpu'),
        row('time that passed', 'total'),
        row('of it, reading templates', 'read'),
        row('of it, making statements', 'make'),
        row('of it, writing files', 'write'),
      ],
      of: `${rounds} rounds, fresh process each.`,
    },
  ]);
} finally {
  rmSync(work, { recursive: true, force: true });
}
