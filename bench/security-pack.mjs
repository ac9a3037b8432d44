// Time of ManagedAgentChecks against AwsSolutionsChecks of cdk-nag on the same app, by number of resources.
// Each measurement is a fresh process; both packs judge the same synthesized app, in alternating order. CDK's own
// CloudFormation validation is off: only the packs are compared. CPU time of the process is measured next to the time
// that passed: it depends less on what else the machine does. Our pack is the compiled one, with the analysis of assets/,
// as apps use it.
//
//   npm run bundle && node --import tsx bench/security-pack.mjs [rounds]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { median, ms, ratio, report } from './report.ts';

const SIZES = [500, 1000, 2000, 4000];
const script = fileURLToPath(import.meta.url);
// Two folders below the root, like the compiled files: assets/ is found from there.
const compiled = path.join(path.dirname(script), '.compiled', 'pack.cjs');

if (process.argv[2] === 'measure') {
  await measure(Number(process.argv[3]), process.argv[4] === 'ours-first');
} else {
  const rounds = Number(process.argv[2] ?? 7);
  await build({
    entryPoints: [path.join(path.dirname(script), '..', 'lib', 'security', 'managed-agent-checks.ts')],
    outfile: compiled,
    bundle: true,
    platform: 'node',
    packages: 'external',
  });
  const results = SIZES.map(() => ({ ours: [], theirs: [], oursCpu: [], theirsCpu: [], count: 0 }));
  for (let round = 0; round < rounds; round += 1) {
    SIZES.forEach((size, index) => {
      const output = execFileSync(
        process.execPath,
        ['--import', 'tsx', script, 'measure', String(size), round % 2 ? 'ours-first' : 'theirs-first'],
        { encoding: 'utf8', env: { ...process.env, CDK_VALIDATION: 'false' }, stdio: ['ignore', 'pipe', 'ignore'] },
      );
      const { count, ...times } = JSON.parse(output.trim().split('\n').at(-1));
      for (const [key, time] of Object.entries(times)) results[index][key].push(time);
      results[index].count = count;
    });
  }
  const growth = (key) => (median(results.at(-1)[key]) / median(results[0][key])).toFixed(1);
  report([
    {
      id: 'pack',
      columns: [
        'resources',
        'ManagedAgentChecks, CPU',
        'AwsSolutionsChecks, CPU',
        'ours / theirs, CPU',
        'ours / theirs, time',
        'target',
      ],
      rows: [
        ...results.map(({ ours, theirs, oursCpu, theirsCpu, count }, index) => [
          count.toLocaleString('en'),
          ms(median(oursCpu)),
          ms(median(theirsCpu)),
          ratio(oursCpu, theirsCpu),
          ratio(ours, theirs),
          index === 0 ? '≤ 0.3' : '',
        ]),
        ['growth', growth('oursCpu'), growth('theirsCpu'), '', '', '≤ 9'],
      ],
      of: `${rounds} rounds, fresh process each; medians, the ratio is the median of the pairs.`,
    },
  ]);
  rmSync(path.dirname(compiled), { recursive: true });
}

/** Synthesizes an app once and times both packs over it. */
async function measure(size, oursFirst) {
  const { app, count } = await makeApp(size);
  app.synth();
  const { ManagedAgentChecks } = await import(compiled);
  const { AwsSolutionsChecks } = await import('cdk-nag');
  const times = {};
  const time = (key, pack) => {
    const cpu = process.cpuUsage();
    const started = process.hrtime.bigint();
    pack.validateScope(app);
    times[key] = Number(process.hrtime.bigint() - started) / 1e6;
    const { user, system } = process.cpuUsage(cpu);
    times[`${key}Cpu`] = (user + system) / 1e3;
  };
  for (const each of oursFirst ? ['ours', 'theirs'] : ['theirs', 'ours']) {
    time(each, each === 'ours' ? new ManagedAgentChecks() : new AwsSolutionsChecks());
  }
  console.log(JSON.stringify({ ...times, count }));
  rmSync(app.outdir, { recursive: true });
}

/** Buckets, keys, queues, topics, functions, log groups and roles, next to one governed agent. */
async function makeApp(size) {
  const { governedApp } = await import('../test/lib/security/governed-app.ts');
  const { CfnResource, Stack } = await import('aws-cdk-lib/core');
  const kms = await import('aws-cdk-lib/aws-kms');
  const logs = await import('aws-cdk-lib/aws-logs');
  const lambda = await import('aws-cdk-lib/aws-lambda');
  const s3 = await import('aws-cdk-lib/aws-s3');
  const sns = await import('aws-cdk-lib/aws-sns');
  const sqs = await import('aws-cdk-lib/aws-sqs');
  const { app, stack: agentStack } = governedApp({ outdir: mkdtempSync(path.join(tmpdir(), 'bench-pack-')) });
  const resources = () => app.node.findAll().filter((each) => CfnResource.isCfnResource(each)).length;
  let stack = agentStack;
  for (let n = 0; resources() < size; n += 1) {
    // The first in the agent's stack, the others in stacks of at most 400 resources: CloudFormation takes 500, and 1 MB.
    if (n >= 20 && (n - 20) % 40 === 0) {
      stack = new Stack(app, `Other${n}`, { env: { account: agentStack.account, region: agentStack.region } });
    }
    const key = new kms.Key(stack, `Key${n}`, { enableKeyRotation: true });
    new s3.Bucket(stack, `Bucket${n}`, { encryptionKey: key, enforceSSL: true, versioned: true });
    new sqs.Queue(stack, `Queue${n}`, { encryptionMasterKey: key, enforceSSL: true });
    new sns.Topic(stack, `Topic${n}`, { masterKey: key, enforceSSL: true });
    new logs.LogGroup(stack, `Logs${n}`, { encryptionKey: key, retention: logs.RetentionDays.ONE_YEAR });
    new lambda.Function(stack, `Function${n}`, {
      code: lambda.Code.fromInline('exports.handler = async () => {};'),
      handler: 'index.handler',
      runtime: lambda.Runtime.NODEJS_22_X,
      environmentEncryption: key,
      environment: { NAME: 'value' },
    });
  }
  return { app, count: resources() };
}
