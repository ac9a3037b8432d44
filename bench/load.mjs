// What importing the library costs a CDK app, beside its nearest peer (@aws/agentcore-cdk) and beside the stock module
// alone. Fresh processes, the candidates in turn, medians. Needs a built package (`npm run build`) and the npm registry.
//
//   node --import tsx bench/load.mjs [rounds]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { median, ms, ratio, report } from './report.ts';

const rounds = Number(process.argv[2] ?? 15);
const root = process.cwd();
const work = mkdtempSync(path.join(tmpdir(), 'bench-load-'));
const candidates = ['cdk-bedrock-managed-agents', '@aws/agentcore-cdk', 'aws-cdk-lib/aws-bedrockagentcore'];

/** Loads one module in a fresh process: milliseconds of the import, and the growth of resident memory in MB. */
function load(name) {
  const script = `
    const before = process.memoryUsage().rss;
    const started = process.hrtime.bigint();
    require(${JSON.stringify(name)});
    const ms = Number(process.hrtime.bigint() - started) / 1e6;
    console.log(JSON.stringify({ ms, mb: (process.memoryUsage().rss - before) / 1e6 }));`;
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { cwd: work, encoding: 'utf8' }));
}

try {
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work], {
      cwd: root,
      encoding: 'utf8',
    }),
  );
  writeFileSync(path.join(work, 'package.json'), '{"private":true}');
  execFileSync(
    'npm',
    [
      'install',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      '--legacy-peer-deps',
      `./${filename}`,
      '@aws/agentcore-cdk@0.1.0-alpha.45',
      'aws-cdk-lib@2.276.0',
      'constructs@10.8.1',
      'cdk-nag@3.0.2',
    ],
    { cwd: work, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  candidates.forEach(load); // warm the disk cache
  const runs = candidates.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    candidates.forEach((name, index) => runs[index].push(load(name)));
  }
  const times = runs.map((each) => each.map((run) => run.ms));
  report([
    {
      id: 'load',
      columns: ['module', 'time', 'memory', 'ours / this'],
      rows: candidates.map((name, index) => [
        `\`${name}\``,
        ms(median(times[index])),
        `${median(runs[index].map((run) => run.mb)).toFixed(0)} MB`,
        ratio(times[0], times[index]),
      ]),
      of: `${rounds} rounds; medians, the ratio is the median of the rounds.`,
    },
  ]);
} finally {
  rmSync(work, { recursive: true, force: true });
}
