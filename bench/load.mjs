// What the library costs a CDK app before its first resource is synthesized, beside its nearest peer (@aws/agentcore-cdk) and
// beside the stock module alone: to load it, and to load it and declare a first agent, because what isn't loaded at once is
// loaded then. Fresh processes, the candidates in turn, medians. Needs a built package (`npm run build`) and the npm registry.
//
//   node --import tsx bench/load.mjs [rounds]
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { median, ms, ratio, report } from './report.ts';

const rounds = Number(process.argv[2] ?? 15);
const root = process.cwd();
const work = mkdtempSync(path.join(tmpdir(), 'bench-load-'));

/** Each module, and the least that declares an agent in a container. */
const FIRST_AGENT = {
  'cdk-bedrock-managed-agents': `
    new library.ManagedAgent(stack, 'Agent', { model: library.AgentModel.GPT_5_6_LUNA, instructions: 'Review.' });`,
  // Builds the image with CodeBuild, as ours does. It looks for the directory agentcore/.
  '@aws/agentcore-cdk': `
    const agent = { name: 'reviewer', build: 'Container', codeLocation: 'container', networkMode: 'PUBLIC' };
    new library.AgentEnvironment(stack, 'Agent', { projectName: 'bench', configRoot: 'agentcore', agent });`,
  'aws-cdk-lib/aws-bedrockagentcore': `
    const agentRuntimeArtifact = library.AgentRuntimeArtifact.fromImageUri('111122223333.dkr.ecr.us-east-1.amazonaws.com/a:1');
    new library.Runtime(stack, 'Agent', { agentRuntimeArtifact });`,
};
const candidates = Object.keys(FIRST_AGENT);

/** What is timed, each in a process of its own. An ECMAScript module that imports one name reads every name. */
const WAYS = {
  require: (name) => `require(${JSON.stringify(name)});`,
  'require, every name': (name) => `Object.values(require(${JSON.stringify(name)}));`,
  'require, first agent': (name) => `
    const { App, Stack } = require('aws-cdk-lib/core');
    const library = require(${JSON.stringify(name)});
    const stack = new Stack(new App({ outdir: 'cdk.out' }), 'Stack', { env: { region: 'us-east-1' } });
    ${FIRST_AGENT[name]}`,
};

/** Milliseconds of one way in a fresh process, and the growth of resident memory in MB. */
function run(name, way) {
  const script = `
    const before = process.memoryUsage().rss;
    const started = process.hrtime.bigint();
    ${WAYS[way](name)}
    const ms = Number(process.hrtime.bigint() - started) / 1e6;
    console.log(JSON.stringify({ ms, mb: (process.memoryUsage().rss - before) / 1e6 }));`;
  // npm says where it was started, and the peer looks there for its project.
  const env = { ...process.env, INIT_CWD: work };
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { cwd: work, encoding: 'utf8', env }));
}

try {
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work], {
      cwd: root,
      encoding: 'utf8',
    }),
  );
  writeFileSync(path.join(work, 'package.json'), '{"private":true}');
  mkdirSync(path.join(work, 'agentcore'));
  writeFileSync(path.join(work, 'agentcore/agentcore.json'), '{}');
  mkdirSync(path.join(work, 'container'));
  writeFileSync(path.join(work, 'container/Dockerfile'), 'FROM scratch\n');
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
  const ways = Object.keys(WAYS);
  const cases = ways.flatMap((way) => candidates.map((name) => ({ way, name, runs: [] })));
  cases.forEach(({ name, way }) => run(name, way)); // warm the disk cache
  for (let round = 0; round < rounds; round += 1) {
    cases.forEach(({ name, way, runs }) => runs.push(run(name, way)));
  }
  const of = (name, way, figure) =>
    cases.find((each) => each.name === name && each.way === way).runs.map((each) => each[figure]);
  report([
    {
      id: 'load',
      columns: ['module', ...ways.flatMap((way) => [way, 'ours / this']), 'memory then'],
      rows: candidates.map((name) => [
        `\`${name}\``,
        ...ways.flatMap((way) => [
          ms(median(of(name, way, 'ms'))),
          ratio(of(candidates[0], way, 'ms'), of(name, way, 'ms')),
        ]),
        `${median(of(name, ways.at(-1), 'mb')).toFixed(0)} MB`,
      ]),
      of: `${rounds} rounds, a process each; medians, ratios are medians of the rounds.`,
    },
  ]);
} finally {
  rmSync(work, { recursive: true, force: true });
}
