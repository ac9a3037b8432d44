import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { readCloudAssembly } from './cloud-assembly';
import { summarizeStack } from './stack-summary';
import { terminalStyle } from './terminal-style';

/** `npm start`: synthesizes the examples with the CDK CLI and shows what would be deployed. */
const style = terminalStyle(process.stdout);
const root = path.resolve(__dirname, '..');
const output = path.join(root, 'cdk.out');

console.log(
  `${style.title('Synthesizing the examples')} ${style.faint('(cdk synth, findings of the validation are errors)')}`,
);
const started = Date.now();
const synth = spawnSync(
  process.execPath,
  [require.resolve('aws-cdk/bin/cdk'), 'synth', '--quiet', '--output', output],
  {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, CDK_DISABLE_CLI_TELEMETRY: 'true' },
  },
);
if (synth.status !== 0) {
  console.error(synth.stdout, synth.stderr);
  console.error(style.bad('Synthesis failed; the report above says where and why.'));
  process.exit(synth.status ?? 1);
}

const stacks = readCloudAssembly(output);
console.log(
  style.good(
    `Synthesized ${stacks.length} stack${stacks.length === 1 ? '' : 's'} in ${((Date.now() - started) / 1000).toFixed(1)} s`,
  ),
);
for (const stack of stacks) {
  console.log(
    ['', ...summarizeStack({ ...stack, templateFile: path.relative(root, stack.templateFile) }, style)].join('\n'),
  );
}
console.log(
  `\nDeploy with ${style.name('npx cdk deploy CiPipelineAgent')} (needs AWS credentials and a container engine for the arm64 image).`,
);
