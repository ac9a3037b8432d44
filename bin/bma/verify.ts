import { Argument } from 'commander';
import { literalOf } from '../../analysis/model/compose-text';
import type { Assembly } from '../../analysis/model/assembly';
import { ACCOUNT_CODES, ACCOUNT_EXIT } from './account-command';
import { commandErrorOf } from './account/call-failure';
import { collected, CommandError, EXIT, jsonText, UsageError, type Command } from './command';
import { readAssembly, regionOf, stacksIn } from './read-assembly';
import { readJsonFile } from './read-json-file';
import type * as Verify from './verify/index';
import type { PermissionCase } from './verify/simulate';
import type { VerifyReport } from './verify/verify-text';

/** Exit codes of `bma verify`, in addition to those of every command. */
const NOT_VERIFIED = { ...ACCOUNT_EXIT, incomplete: 5, otherAccount: 6 } as const;

// eslint-disable-next-line @typescript-eslint/no-require-imports
const load = () => require('./verify/index') as typeof Verify;

interface Options {
  readonly region?: string;
  readonly stack?: readonly string[];
  readonly cases?: readonly string[];
  readonly bind?: ReadonlyMap<string, string>;
  readonly accessAnalyzer?: boolean;
  readonly notGranted?: readonly string[];
  readonly json?: boolean;
}

/** `bma verify`: the deployed account compared with the synthesized templates. */
export const verifyCommand: Command<Options> = {
  name: 'verify',
  summary: 'compare the deployed account with the synthesized templates',
  get description() {
    const { ANALYZER_PERMISSIONS, VERIFY_PERMISSIONS } = load();
    return `Compares the resources in an account with a cloud assembly: policies, permissions boundary and trust of every role; policies of keys, buckets, queues, topics and endpoints; networks, trails, guardrails and Runtimes. It makes read-only calls. What can't be read is reported, never assumed to be equal.

Permissions it needs:
${VERIFY_PERMISSIONS.join(', ')}; with --access-analyzer ${ANALYZER_PERMISSIONS.join(', ')}`;
  },
  exitCodes: {
    [EXIT.attention]: 'the account differs from the templates, or a case has another result than expected',
    [NOT_VERIFIED.noCredentials]: 'no credentials, or AWS refused them',
    [NOT_VERIFIED.notPermitted]: 'not permitted to read the stacks',
    [NOT_VERIFIED.incomplete]: 'no difference was found, but not everything could be read',
    [NOT_VERIFIED.otherAccount]: 'the credentials are for another account than the assembly',
    [NOT_VERIFIED.noAnswer]: ACCOUNT_CODES[NOT_VERIFIED.noAnswer],
  },
  define(command) {
    command
      .addArgument(new Argument('[cdk.out]', 'cloud assembly directory').default('cdk.out'))
      .option(
        '--region <region>',
        'Region of the stacks (default: the Region in the assembly, then AWS_REGION, then the profile)',
      )
      .option('--stack <name>', 'only this stack; may be repeated (default: all stacks in the Region)', collected)
      .option('--cases <file>', 'JSON list of cases for SimulatePrincipalPolicy; may be repeated', collected)
      .option('--bind <name=value>', 'value of {{name}} in cases; may be repeated', bindings)
      .option(
        '--access-analyzer',
        'ask IAM Access Analyzer whether a policy that differs grants more (charged per check)',
      )
      .option(
        '--not-granted <action>',
        'with --access-analyzer: action that no such policy may grant; may be repeated',
        collected,
      )
      .option('--json', 'print the report as JSON');
  },
  async run([directory], { stack, cases = [], bind = new Map(), notGranted = [], ...options }, { out, style }) {
    const {
      AccountClients,
      analyze,
      callerAccount,
      compareAccount,
      deployedAssembly,
      ownRegion,
      simulate,
      VERIFY_FORMAT,
      verifyText,
    } = load();
    if (notGranted.length > 0 && options.accessAnalyzer !== true) {
      throw new UsageError('--not-granted needs --access-analyzer, which asks for it. Fix: add --access-analyzer.');
    }
    const whole = readAssembly(directory as string).assembly;
    const region = options.region ?? regionOf(whole) ?? (await ownRegion());
    const assembly = selected(whole, region, stack);
    const permissionCases = cases.flatMap(readCases);
    const clients = new AccountClients(region);
    try {
      const account = await callerAccount(clients);
      const expected = assembly.stacks
        .map((each) => literalOf(each.account))
        .find((id) => id !== undefined && id !== account);
      if (expected !== undefined) {
        throw new CommandError(
          NOT_VERIFIED.otherAccount,
          `the assembly is for account ${expected}, the credentials are for ${account}. Fix: use a profile of ${expected}.`,
        );
      }
      const deployed = await deployedAssembly(assembly, account, clients);
      const { differing, ...comparison } = await compareAccount(deployed, clients);
      const report: VerifyReport = {
        format: VERIFY_FORMAT,
        account,
        region,
        missingStacks: deployed.missing,
        ...comparison,
        cases: await simulate(permissionCases, bind, deployed, clients),
        analyzer: options.accessAnalyzer ? await analyze(region, differing, notGranted) : [],
      };
      out(options.json ? jsonText(report) : verifyText(report, style));
      return exitCode(report);
    } catch (problem) {
      if (problem instanceof CommandError) throw problem;
      throw commandErrorOf(problem as Error, 'the permissions that bma verify --help lists');
    } finally {
      clients.close();
    }
  },
};

function exitCode({ missingStacks, drifts, unjudged, cases, analyzer }: VerifyReport): number {
  const isWrong =
    cases.some(({ result }) => result === 'not as expected') || analyzer.some(({ result }) => result === 'FAIL');
  if (missingStacks.length > 0 || drifts.length > 0 || isWrong) return EXIT.attention;
  const isIncomplete = unjudged.length > 0 || [...cases, ...analyzer].some(({ result }) => result === 'cannot judge');
  return isIncomplete ? NOT_VERIFIED.incomplete : EXIT.done;
}

function bindings(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined) throw new UsageError(`--bind is '${text}'. Fix: give name=value.`);
  return new Map([...before, [name, value]]);
}

/** The stacks of one Region. Other Regions need separate runs. */
function selected(assembly: Assembly, region: string, names: readonly string[] | undefined): Assembly {
  const inRegion = stacksIn(assembly, region);
  const stacks = stacksIn(assembly, region, names);
  const unknown = names?.find(
    (each) => !inRegion.some((stack) => stack.id === each || literalOf(stack.name ?? []) === each),
  );
  if (unknown !== undefined || stacks.length === 0) {
    throw new UsageError(
      `The assembly has no stack${unknown === undefined ? '' : ` '${unknown}'`} in ${region}. It has: ${assembly.stacks.map(({ id }) => id).join(', ') || 'none'}.`,
    );
  }
  return { ...assembly, stacks };
}

function readCases(file: string): readonly PermissionCase[] {
  const content = readJsonFile(file, 'a list of cases');
  const isCase = (each: unknown): boolean => {
    const { as, action, resource, expect } = (each ?? {}) as Partial<Record<keyof PermissionCase, unknown>>;
    return (
      [as, action, resource].every((one) => typeof one === 'string') && (expect === 'Allowed' || expect === 'Denied')
    );
  };
  if (!Array.isArray(content) || !content.every(isCase)) {
    throw new UsageError(
      `${file} isn't a list of cases. Fix: give each case as, action, resource, and expect (Allowed or Denied).`,
    );
  }
  return content as PermissionCase[];
}
