import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { literalOf } from '../analysis/model/compose-text';
import type { TemplateModel } from '../analysis/model/template-model';
import { STATEMENT_DIRECTORY } from '../analysis/statement/files';
import { readAssembly } from './bma/read-assembly';
import { readStatements } from './bma/read-statements';
import { costLines } from './cost-lines';
import { runLocally } from './local-run';
import { examplesWithScenario, loadScenario } from './local-scenario';
import { readStartOptions, startHelp } from './start-options';
import { summarizeStack } from './stack-summary';
import { terminalStyle } from './terminal-style';

/**
 * `npm start [-- <example>] [--model-endpoint URL] [--help]`: synthesizes the example with the CDK CLI, prints what would be
 * deployed, and delivers the events of the example's scenario on this machine.
 */
const style = terminalStyle(process.stdout);
const root = path.resolve(__dirname, '..');
const DEFAULT_EXAMPLE = 'ci-pipeline-agent';
const assembly = path.join(root, 'cdk.out');
const print = (line: string) => console.log(line);

/** Synthesizes the example; a finding of the pack or of the CloudFormation validation ends the program. */
function synthesize(example: string): TemplateModel {
  print(
    `${style.title(`Synthesizing ${example}`)} ${style.faint('(cdk synth; findings of the validation are errors)')}`,
  );
  const started = Date.now();
  const cli = [
    require.resolve('aws-cdk/bin/cdk'),
    'synth',
    '--quiet',
    '--context',
    `example=${example}`,
    '--output',
    assembly,
  ];
  const synth = spawnSync(process.execPath, cli, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, CDK_DISABLE_CLI_TELEMETRY: 'true' },
  });
  if (synth.status !== 0) {
    console.error(synth.stdout, synth.stderr);
    console.error(style.bad('Synthesis failed; the report above says where and why.'));
    process.exit(synth.status ?? 1);
  }
  const model = readAssembly(assembly);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  print(style.good(`✓ Synthesized ${model.assembly.stacks.length} stacks in ${seconds} s`));
  return model;
}

async function main(): Promise<boolean> {
  const { example = DEFAULT_EXAMPLE, modelEndpoint, help } = readStartOptions(process.argv.slice(2));
  const examples = path.join(root, 'examples');
  if (help) {
    print(startHelp(examplesWithScenario(examples), DEFAULT_EXAMPLE));
    return true;
  }
  const loaded = loadScenario(examples, example);
  const model = synthesize(loaded.example);
  const all = model.assembly.stacks;
  const stacks = loaded.scenario.stacks.map((wanted) => {
    const found = all.find(({ id }) => id === wanted);
    if (found === undefined) {
      throw new Error(`${loaded.example} has no stack '${wanted}'. Allowed: ${all.map(({ id }) => id).join(', ')}.`);
    }
    return found;
  });
  const directory = path.join(assembly, STATEMENT_DIRECTORY);
  const statements = readStatements(directory);
  for (const stack of stacks) {
    const file = path.relative(root, stack.templatePath ?? '');
    print(
      ['', ...summarizeStack(model, stack, file, statements, style), ...costLines(model, stack.id, style)].join('\n'),
    );
  }
  const pages = fs.readdirSync(directory).filter((name) => name.endsWith('.html'));
  print(
    `\n${style.title('Security statements')} ${style.faint('(what each agent can reach and do, as one page each)')}`,
  );
  pages.forEach((name) => print(`  ${style.name(path.relative(root, path.join(directory, name)))}`));

  const decides = modelEndpoint ? `the model behind ${modelEndpoint.baseUrl} decides` : 'no model: a script decides';
  print(`\n${style.title(`Running ${loaded.example} on this machine`)} ${style.faint(`(no AWS account; ${decides})`)}`);
  print(`  ${loaded.scenario.title}`);
  const completed = await runLocally({
    loaded,
    modelEndpoint,
    assembly,
    region: literalOf(stacks[0].region) ?? 'us-east-1',
    evidence: path.join(root, 'local-run', loaded.example),
    imagePaths: { '/opt/agent': path.join(root, 'assets', 'image') },
    style,
    print,
  });
  print(
    `\nDeploy with ${style.name(`npx cdk deploy --all --context example=${loaded.example}`)} ${style.faint('(needs AWS credentials, and a container engine for the arm64 image or --context image=code-build)')}`,
  );
  return completed;
}

// `npm start | head` closes the pipe before everything is printed.
process.stdout.on('error', (problem: NodeJS.ErrnoException) => {
  if (problem.code !== 'EPIPE') throw problem;
  process.exit(process.exitCode ?? 141);
});
main().then(
  (completed) => (process.exitCode = completed ? 0 : 1),
  (error: unknown) => {
    console.error(style.bad(process.env.DEBUG ? String((error as Error).stack) : (error as Error).message));
    process.exitCode = 1;
  },
);
