import { Argument } from 'commander';
import * as fs from 'node:fs';
import { collected, EXIT, jsonText, type Command } from './command';
import { readAssembly, regionOf } from './read-assembly';
import type * as Doctor from './doctor/index';
import type { DoctorReport } from './doctor/finding';

/** Exit codes of `bma doctor`, in addition to those of every command. */
const NOT_CHECKED = { incomplete: 5 } as const;

interface Options {
  readonly region?: string;
  readonly stack?: string;
  readonly model?: readonly string[];
  readonly json?: boolean;
}

const DEFAULT_DIRECTORY = 'cdk.out';

// eslint-disable-next-line @typescript-eslint/no-require-imports
const load = () => require('./doctor/index') as typeof Doctor;

/** `bma doctor`: checks that an account and this machine are ready, and that deployed agents are healthy. */
export const doctorCommand: Command<Options> = {
  name: 'doctor',
  summary: 'check that the account, this machine and deployed agents are ready',
  get description() {
    return `Checks the credentials, the Region, access to the preview, models, endpoints, bootstrap, roles, trail and quotas of an account, and each agent with its Runtime, image, guardrail and session role. You can run it before the first deployment. It makes read-only calls and never starts a turn or a Runtime. A check that AWS gives no answer to is "not known", not "fail".

Permissions for all checks: ${load().DOCTOR_PERMISSIONS.join(', ')}`;
  },
  exitCodes: {
    [EXIT.attention]: 'a check failed',
    [NOT_CHECKED.incomplete]: 'no check failed, but AWS did not answer some of them',
  },
  define(command) {
    command
      .addArgument(
        new Argument(
          '[cdk.out]',
          `cloud assembly directory (default: ${DEFAULT_DIRECTORY} if it exists, otherwise the agents found in the account)`,
        ),
      )
      .option(
        '--region <region>',
        'Region of the agents (default: the Region in the assembly, then AWS_REGION, then the profile)',
      )
      .option('--stack <name>', 'only the agents of this stack (default: all)')
      .option(
        '--model <id>',
        'model that must be available; may be repeated (default: the models of the agents)',
        collected,
      )
      .option('--json', 'print the report as JSON');
  },
  async run([given], { stack, model = [], json, ...options }, { out, style }) {
    const { doctorText, examine, ownRegion } = load();
    const directory = (given as string | undefined) ?? (isAssembly(DEFAULT_DIRECTORY) ? DEFAULT_DIRECTORY : undefined);
    const app = directory === undefined ? undefined : { directory, assembly: readAssembly(directory).assembly };
    const region = options.region ?? (app && regionOf(app.assembly)) ?? (await ownRegion());
    const report = await examine({ region, app, stack, models: model });
    out(json ? jsonText(report) : doctorText(report, style));
    return exitCode(report);
  },
};

function exitCode({ findings }: DoctorReport): number {
  if (findings.some(({ status }) => status === 'fail')) return EXIT.attention;
  return findings.some(({ why }) => why === 'denied' || why === 'no answer') ? NOT_CHECKED.incomplete : EXIT.done;
}

/** Whether a directory is a cloud assembly. */
const isAssembly = (directory: string): boolean => fs.existsSync(`${directory}/manifest.json`);
