import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { version } from '../../package.json';
import { ACCOUNT_CODES, secondsOf } from './account-command';
import { commandErrorOf } from './account/call-failure';
import {
  collected,
  CommandError,
  EXIT,
  jsonText,
  requireAtMostOne,
  UsageError,
  type Command,
  type Terminal,
} from './command';
import type * as Probing from './probe/index';
import type { Probe } from './probe/probe';
import type { ProbeClients } from './probe/probe-clients';

/** Exit codes of `bma probe`, in addition to those of commands that call an account. */
const NOT_DONE = { notConfirmed: 6, left: 7 } as const;

/** Version of the JSON form of --clean-up. */
const CLEAN_UP_FORMAT = 'cdk-bedrock-managed-agents/probe-clean-up/1';

/** Version of the JSON form of --compare. */
const COMPARE_FORMAT = 'cdk-bedrock-managed-agents/probe-comparison/1';

interface Options {
  readonly region?: string;
  readonly agent?: string;
  readonly stack?: readonly string[];
  readonly only?: readonly string[];
  readonly newTurn?: boolean;
  readonly yes?: boolean;
  readonly list?: boolean;
  readonly policy?: boolean;
  readonly cleanUp?: boolean;
  readonly compare?: string;
  readonly withAccount?: boolean;
  readonly interval: number;
  readonly json?: boolean;
}

/** `bma probe`: tests in an account what AWS does not document. */
export const probeCommand: Command<Options> = {
  name: 'probe',
  summary: 'test in an account what AWS does not document',
  description:
    'Tests undocumented behaviour of AWS that defaults of this library depend on, in your account. Most probes read the logs of a turn of a deployed agent. No call is made before you confirm the plan. A probe that needs resources creates one CloudFormation stack named bma-probe-…, records its name first, and deletes it afterwards, also after an interruption. docs/probe.md lists the questions and the permissions.',
  exitCodes: {
    [EXIT.attention]: 'an answer says that a default of the library should change',
    ...ACCOUNT_CODES,
    [NOT_DONE.notConfirmed]: 'the plan was not confirmed, and no call was made',
    [NOT_DONE.left]: 'a created stack could not be deleted: repeat the command with --clean-up',
  },
  define(command) {
    command
      .option('--region <region>', 'Region of the agent (default: AWS_REGION, then the profile)')
      .option('--agent <name>', 'agent whose turn is examined (default: the only agent)')
      .option(
        '--stack <name>',
        'only this stack; may be repeated (default: all stacks of the account and Region)',
        collected,
      )
      .option('--only <id>', 'only this probe; may be repeated', collected)
      .option('--new-turn', 'start a turn and examine it (default: the newest turn that has ended)')
      .option('--yes', 'run the plan without asking')
      .option('--list', 'print the plan and exit without any call')
      .option('--policy', 'print the IAM policy that the probes need and exit without any call')
      .option('--clean-up', 'delete the stacks that an interrupted run has left, and exit')
      .option(
        '--compare <report>',
        'print which defaults of the library should change according to a report, and exit without any call',
      )
      .option('--with-account', 'include the account id in the report')
      .option('--interval <seconds>', 'seconds between polls', secondsOf('--interval', 0.1), 5)
      .option('--json', 'print the report, or the comparison, as JSON');
  },
  async run(_args, options, terminal) {
    // Loaded lazily, because other commands don't need these AWS clients.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const probing = require('./probe/index') as typeof Probing;
    const { out, style } = terminal;
    requireAtMostOne({
      '--compare': options.compare !== undefined,
      '--list': options.list === true,
      '--policy': options.policy === true,
      '--clean-up': options.cleanUp === true,
    });
    if (options.compare !== undefined) return compare(probing, options.compare, options, terminal);
    const probes = selected(probing.PROBES, options.only);
    const newTurn = options.newTurn === true;
    if (options.policy) {
      out(jsonText(probing.probePolicy(probes, newTurn)));
      return EXIT.done;
    }
    const plan = options.cleanUp ? CLEAN_UP_PLAN : probing.planText(probes, newTurn, style);
    if (options.list) {
      out(plan);
      return EXIT.done;
    }
    const region = options.region ?? (await probing.ownRegion());
    await confirm(plan, options, terminal);
    const clients = probing.openProbeClients(region);
    try {
      return await probe(probing, { ...options, region }, probes, clients, terminal);
    } catch (problem) {
      throw problem instanceof CommandError
        ? problem
        : commandErrorOf(problem as Error, 'the policy of bma probe --policy');
    } finally {
      clients.close();
    }
  },
};

const CLEAN_UP_PLAN = 'Deletes the stacks named bma-probe-… that an interrupted run has left.\n';

async function probe(
  {
    caller,
    CleanUpJournal,
    ProbeContext,
    reportText,
    REPORT_FORMAT,
    runProbes,
    TemporaryStacks,
    verdictsOf,
    withoutAccount,
  }: typeof Probing,
  {
    region,
    agent,
    stack: stacks,
    newTurn = false,
    interval,
    withAccount,
    cleanUp,
    json,
  }: Options & { readonly region: string },
  probes: readonly Probe[],
  clients: ProbeClients,
  { out, error, style, interactive }: Terminal,
): Promise<number> {
  const { accountId, partition } = await caller(clients);
  const pause = async (seconds: number) => await sleep(seconds * 1000);
  const temporaryStacks = new TemporaryStacks(
    clients.account.stacks,
    CleanUpJournal.default(),
    { account: accountId, region },
    pause,
    interval,
  );
  // Clean-up comes first in every run, so that resources of an earlier run cause no further cost.
  const problems = await temporaryStacks.cleanUp(cleanUp === true);
  if (cleanUp || problems.length > 0) {
    for (const problem of problems) error(`bma: ${problem}\n`);
    if (problems.length > 0)
      throw new CommandError(
        NOT_DONE.left,
        `${problems.length} stacks of an earlier run could not be deleted. Fix: delete them in CloudFormation, then repeat bma probe --clean-up.`,
      );
    out(json ? jsonText({ format: CLEAN_UP_FORMAT, left: [] }) : 'Nothing of bma probe is left.\n');
    return EXIT.done;
  }
  const options = {
    region,
    accountId,
    partition,
    agent,
    stacks,
    newTurn,
    intervalSeconds: interval,
  };
  const context = new ProbeContext(clients, options, temporaryStacks, pause);
  // A mistyped name ends the command; without a name, probes that need an agent report it.
  if (agent !== undefined) await context.agent();
  const results = await runProbes(probes, context, ({ id, question }) => {
    if (interactive) error(`${id}: ${question}\n`);
  });
  const left = temporaryStacks.left().map((each) => each.stack);
  const whole = {
    format: REPORT_FORMAT,
    version,
    region,
    account: accountId,
    at: new Date().toISOString(),
    results,
    left,
  } as const;
  const report = withAccount ? whole : withoutAccount(whole, accountId);
  out(json ? jsonText(report) : reportText(report, style));
  if (left.length > 0) return NOT_DONE.left;
  return verdictsOf(report).some(({ verdict }) => verdict === 'change') ? EXIT.attention : EXIT.done;
}

function compare(
  { readReport, verdictsOf, verdictsText }: typeof Probing,
  file: string,
  { json }: Options,
  { out, style }: Terminal,
): number {
  const verdicts = verdictsOf(readReport(file));
  out(json ? jsonText({ format: COMPARE_FORMAT, verdicts }) : verdictsText(verdicts, style));
  return verdicts.some(({ verdict }) => verdict === 'change') ? EXIT.attention : EXIT.done;
}

/** @throws CommandError without a confirmation */
async function confirm(plan: string, { yes }: Options, { error, interactive }: Terminal): Promise<void> {
  if (yes) return;
  error(plan);
  if (interactive && process.stdin.isTTY) {
    const ask = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await ask.question('Do this in the account of your credentials? (y/N) ');
    ask.close();
    if (/^y(es)?$/i.test(answer.trim())) return;
  }
  throw new CommandError(NOT_DONE.notConfirmed, 'No call was made. Fix: add --yes to run the plan.');
}

function selected(probes: readonly Probe[], only: readonly string[] | undefined): readonly Probe[] {
  const unknown = only?.find((id) => !probes.some((each) => each.id === id));
  if (unknown !== undefined)
    throw new UsageError(`--only is '${unknown}'. Allowed: ${probes.map(({ id }) => id).join(', ')}.`);
  return only === undefined ? probes : probes.filter(({ id }) => only.includes(id));
}
