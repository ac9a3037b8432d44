import { Argument } from 'commander';
import * as path from 'node:path';
import { EXIT, jsonText, UsageError, type Command } from './command';
import { newBlueprint } from './new-blueprint';

const KINDS = ['blueprint'];

/** Version of the JSON form. */
const FORMAT = 'cdk-bedrock-managed-agents/new/1';

interface Options {
  readonly directory: string;
  readonly json?: boolean;
}

/** `bma new`: scaffolds files. */
export const newCommand: Command<Options> = {
  name: 'new',
  summary: 'scaffold a custom blueprint',
  description:
    'Writes a minimal, working blueprint for you to change: the class, a stack that uses it, a test and a README, in a new directory. Existing files are never overwritten.',
  exitCodes: {},
  define(command) {
    command
      .addArgument(
        new Argument('<kind>', `what to write: ${KINDS.join(', ')}`).argParser((kind: string) => {
          if (!KINDS.includes(kind)) throw new UsageError(`'${kind}' is not known. Allowed: ${KINDS.join(', ')}.`);
          return kind;
        }),
      )
      .argument('<Name>', 'name of the class, such as LicenceAuditor')
      .option('--directory <dir>', 'parent of the new directory', '.')
      .option('--json', 'print the directory and its files as JSON');
  },
  run([, name], { directory, json }, { out }) {
    const made = newBlueprint(String(name), directory);
    if (json) {
      out(jsonText({ format: FORMAT, ...made }));
      return EXIT.done;
    }
    const [stack, test] = [`-stack.ts`, '.test.ts'].map((end) => made.files.find((file) => file.endsWith(end)) ?? '');
    out(
      [
        ...made.files,
        '',
        'Next:',
        `  1. Define instructions, tools and triggers in ${path.join(made.directory, path.basename(made.directory))}.ts`,
        // The configuration of `cdk init` searches for tests only in test/.
        `  2. List the permissions that it may have in ${test}, and run: npx jest --roots ${made.directory}`,
        `  3. Add ${String(name)}Stack (${stack}) to your app, with ManagedAgentChecks, and run: npx cdk synth --quiet`,
        `  4. Run a turn on this machine: npx bma-local --template cdk.out --message '…' (needs @openai/codex)`,
        '',
      ].join('\n'),
    );
    return EXIT.done;
  },
};
