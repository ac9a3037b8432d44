import * as path from 'node:path';
import { UsageError, type Command } from './command';
import { newBlueprint } from './new-blueprint';

/** `bma new`: files to begin with. */
export const newCommand: Command = {
  summary: 'files of a blueprint of your own',
  usage: `Usage: bma new blueprint <Name> [options]

Writes a blueprint that works, to be changed into yours: the class, a stack around it, a test and a README, in a
directory of their own. Nothing that exists is overwritten.

<Name> is the name of the class, such as LicenceAuditor.

Options:
  --directory <dir>  where the directory of the blueprint is made (default: here)
  -h, --help         this text
`,
  options: { directory: { type: 'string' } },
  run([kind, name, ...more], { directory = '.' }, out) {
    if (kind !== 'blueprint') {
      throw new UsageError(
        `${kind === undefined ? 'new needs to know what' : `'${kind}' is not known`}. Allowed: blueprint.`,
      );
    }
    if (name === undefined || more.length) {
      throw new UsageError(`new blueprint takes one name.\n\n${this.usage}`);
    }
    const made = newBlueprint(name, String(directory));
    const [stack, test] = [`-stack.ts`, '.test.ts'].map((end) => made.files.find((file) => file.endsWith(end)) ?? '');
    out(
      [
        ...made.files,
        '',
        'Next:',
        `  1. Say what the agent does, with which tools and when: ${path.join(made.directory, path.basename(made.directory))}.ts`,
        `  2. Say what it may write to, and run: npx jest ${test}`,
        `  3. Add ${name}Stack (${stack}) to your app, with ManagedAgentChecks, and run: npx cdk synth`,
        '',
      ].join('\n'),
    );
    return 0;
  },
};
