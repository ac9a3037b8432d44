import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { STATEMENT_DIRECTORY } from '../analysis/statement/files';
import { readStatements } from './bma/read-statements';
import { readCloudAssembly, type SynthesizedStack } from './cloud-assembly';
import { costLines } from './cost-lines';
import { runLocally } from './local-run';
import { loadScenario } from './local-scenario';
import { summarizeStack } from './stack-summary';
import { terminalStyle } from './terminal-style';

/**
 * `npm start [-- <example>]`: synthesizes the example with the CDK CLI, shows what would be deployed, and delivers the
 * events of the example's scenario on this machine.
 */
const style = terminalStyle(process.stdout);
const root = path.resolve(__dirname, '..');
const DEFAULT_EXAMPLE = 'ci-pipeline-agent';
const assembly = path.join(root, 'cdk.out');
const print = (line: string) => console.log(line);

/** Synthesizes the example; a finding of the pack or of the CloudFormation validation ends the program. */
function synthesize(example: string): SynthesizedStack[] {
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
  const stacks = readCloudAssembly(assembly);
  print(style.good(`✓ Synthesized ${stacks.length} stacks in ${((Date.now() - started) / 1000).toFixed(1)} s`));
  return stacks;
}

async function main(): Promise<boolean> {
  const loaded = loadScenario(path.join(root, 'examples'), process.argv[2] ?? DEFAULT_EXAMPLE);
  const all = synthesize(loaded.example);
  const stacks = loaded.scenario.stacks.map((wanted) => {
    const found = all.find(({ name }) => name === wanted);
    if (found === undefined) {
      throw new Error(
        `${loaded.example} has no stack '${wanted}'. Allowed: ${all.map(({ name }) => name).join(', ')}.`,
      );
    }
    return found;
  });
  const directory = path.join(assembly, STATEMENT_DIRECTORY);
  const statements = readStatements(directory);
  for (const stack of stacks) {
    const shown = { ...stack, templateFile: path.relative(root, stack.templateFile) };
    print(['', ...summarizeStack(shown, statements, style), ...costLines(assembly, stack.name, style)].join('\n'));
  }
  const pages = fs.readdirSync(directory).filter((name) => name.endsWith('.html'));
  print(
    `\n${style.title('Security statements')} ${style.faint('(what each agent can reach and do, as one page each)')}`,
  );
  pages.forEach((name) => print(`  ${style.name(path.relative(root, path.join(directory, name)))}`));

  print(
    `\n${style.title(`Running ${loaded.example} on this machine`)} ${style.faint('(no AWS account, no model: a script decides)')}`,
  );
  print(`  ${loaded.scenario.title}`);
  const completed = await runLocally({
    loaded,
    assembly,
    region: stacks[0].region,
    evidence: path.join(root, 'local-run', loaded.example),
    imagePaths: { '/opt/agent': path.join(root, 'assets', 'image') },
    style,
    print,
  });
  print(
    `\nDeploy with ${style.name(`npx cdk deploy --all --context example=${loaded.example}`)} ${style.faint('(needs AWS credentials and a container engine for the arm64 image)')}`,
  );
  return completed;
}

main().then(
  (completed) => (process.exitCode = completed ? 0 : 1),
  (error: unknown) => {
    console.error(style.bad(process.env.DEBUG ? String((error as Error).stack) : (error as Error).message));
    process.exitCode = 1;
  },
);
