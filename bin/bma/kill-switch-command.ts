import type { KillReport } from '../../lib/contracts/kill-switch';
import { printable } from '../../local/message/printable-text';
import type { FoundKillSwitch } from './account/find-kill-switches';
import type { UnreadOutput } from './account/stack-records';
import type { KillSwitchRun } from './account/run-kill-switch';
import {
  ACCOUNT_CODES,
  ACCOUNT_EXIT,
  addAccountOptions,
  inAccount,
  secondsOf,
  type AccountOptions,
} from './account-command';
import { CommandError, EXIT, jsonText, UsageError, type Command, type Terminal } from './command';
import { clock } from './turn-text';

/** The execution of the kill switch did not succeed. */
const FAILED = 6;
const MAX_REASON = 500;

export interface KillSwitchOptions extends AccountOptions {
  readonly all?: boolean;
  readonly reason?: string;
  readonly interval: number;
}

const PROGRESS = { kill: 'stopping', release: 'releasing' } as const;

/** Status of a kill switch that could not be started or followed. */
const UNKNOWN = 'UNKNOWN';

interface Ended extends Partial<KillSwitchRun> {
  readonly killSwitch: Pick<FoundKillSwitch, 'agents' | 'stack'>;
  readonly status: string;
  /** Why it could not be started or followed. */
  readonly failure?: Error;
}

/** `bma kill` and `bma release` differ in the state machine that they start, and in their output. */
export function killSwitchCommand(
  name: 'kill' | 'release',
  words: Pick<Command, 'summary' | 'description'> & { readonly exitCodes?: Command['exitCodes'] },
): Command<KillSwitchOptions> {
  const format = `cdk-bedrock-managed-agents/${name}/1`;
  const machine = name === 'kill' ? 'engage' : 'release';
  return {
    name,
    summary: words.summary,
    description: words.description,
    exitCodes: {
      ...words.exitCodes,
      ...ACCOUNT_CODES,
      [FAILED]: 'a kill switch did not finish, or several failed for different reasons: the message says why',
    },
    define(command) {
      command
        .argument('[agent]', 'name of the agent')
        .option('--all', 'every kill switch in the account and Region')
        .requiredOption('--reason <text>', `recorded in the report, at most ${MAX_REASON} characters`, shortReason)
        .option('--interval <seconds>', 'seconds between polls', secondsOf('--interval', 0.1), 2);
      addAccountOptions(command, 'print the reports as JSON');
    },
    async run([agent], options, terminal) {
      if ((agent === undefined) === (options.all !== true)) {
        throw new UsageError(
          `${agent === undefined ? 'No agent is named' : 'An agent is named, and --all is given'}. Fix: give either the name of an agent or --all.`,
        );
      }
      const needs = `killSwitch.grants.${machine}(…), with --stack; without --stack also cloudformation:ListStacks`;
      const ended = await inAccount(
        options,
        needs,
        async (account, { findKillSwitches, runKillSwitch, commandErrorOf }) => {
          const found = await findKillSwitches(account, agent as string | undefined, options.stack);
          const switches = found.killSwitches;
          announce(switches, agent as string | undefined, terminal);
          const intervalMs = options.interval * 1000;
          // Also without a terminal: a stop can take minutes, and a log must show that it has begun.
          const begin = ({ agents, stack }: FoundKillSwitch) =>
            terminal.error(`bma: ${PROGRESS[name]} ${agents.map(printable).join(', ')} (stack ${printable(stack)})\n`);
          const onStateOf =
            ({ agents }: FoundKillSwitch) =>
            ({ state, at }: { state: string; at: string }) => {
              const whose = switches.length > 1 ? `${agents.map(printable).join(', ')}: ` : '';
              terminal.error(`${clock(at)} ${whose}${state}\n`);
            };
          switches.forEach(begin);
          // All at once, so that one failure doesn't prevent the stop of others.
          const runs = await Promise.allSettled(
            switches.map((each) =>
              runKillSwitch(account, each[machine], options.reason!, { intervalMs, onState: onStateOf(each) }),
            ),
          );
          const ended = runs.map((run, index): Ended => {
            const killSwitch = switches[index];
            if (run.status === 'fulfilled') return { ...run.value, killSwitch };
            const failure = commandErrorOf(run.reason as Error, needs);
            return { status: UNKNOWN, problem: failure.message, failure, killSwitch };
          });
          return [...ended, ...found.unread.map(unusable)];
        },
      );
      print(ended);
      const broken = ended.filter(({ status }) => status !== 'SUCCEEDED');
      if (broken.length > 0) throw failureOf(broken, ended.length);
      return ended.some(({ report }) => (report?.left ?? 0) > 0) ? EXIT.attention : EXIT.done;

      function print(done: readonly Ended[]): void {
        if (options.json) {
          const runs = done.map(({ killSwitch: { agents, stack }, failure: _, ...run }) => ({ agents, stack, ...run }));
          terminal.out(jsonText({ format, runs }));
          return;
        }
        for (const { report, killSwitch } of done) {
          if (report !== undefined) terminal.out(name === 'kill' ? stoppedText(report) : releasedText(killSwitch));
        }
      }
    },
  };
}

function unusable({ stack, output }: UnreadOutput): Ended {
  const failure = new CommandError(
    ACCOUNT_EXIT.notFound,
    `The output ${stack}/${output} can't be read: another version of the library wrote it. Fix: use the bma of that version.`,
  );
  return { status: UNKNOWN, problem: failure.message, failure, killSwitch: { agents: [], stack } };
}

function announce(switches: readonly FoundKillSwitch[], agent: string | undefined, { error }: Terminal): void {
  const others = switches.flatMap(({ agents }) => agents).filter((each) => each !== agent);
  if (agent !== undefined && others.length > 0) {
    error(`bma: the kill switch of ${printable(agent)} is also that of ${others.map(printable).join(', ')}.\n`);
  }
}

function stoppedText(report: KillReport): string {
  const { agents, turnsStopped, sessionsCancelled, sessionsDeleted, left, unproven } = report;
  const lines = [
    `Stopped: ${agents.map(printable).join(', ')}`,
    `  turns stopped: ${turnsStopped}, cancelled in the service: ${sessionsCancelled}, sessions deleted: ${sessionsDeleted}`,
    `  not yet stopped or deleted: ${left}${left > 0 ? '. Fix: run bma kill again.' : ''}`,
    ...unproven.map((each) => `  unproven: ${printable(each)}`),
    '  Events of triggers wait up to 14 days for bma release.',
  ];
  return `${lines.join('\n')}\n`;
}

const releasedText = ({ agents }: Ended['killSwitch']): string =>
  `Released: ${agents.map(printable).join(', ')}. Waiting events now start their turns.\n`;

/**
 * The failures of all kill switches. The exit code is that of the failures; if they differ, it is that of a kill switch
 * that did not finish.
 */
function failureOf(broken: readonly Ended[], of: number): Error {
  const bug = broken.find(({ failure }) => failure !== undefined && !(failure instanceof CommandError));
  if (bug?.failure !== undefined) return bug.failure;
  const codes = new Set(broken.map(({ failure }) => (failure instanceof CommandError ? failure.exitCode : FAILED)));
  const texts = broken.map((each) => (of === 1 ? brokenText(each) : `${ofAgents(each)}: ${brokenText(each)}`));
  return new CommandError(codes.size === 1 ? [...codes][0] : FAILED, texts.join('\n'));
}

/** The agents of an unreadable output are unknown. */
const ofAgents = ({ killSwitch: { agents, stack } }: Ended): string =>
  `The kill switch of ${agents.map(printable).join(', ') || 'unknown agents'} (stack ${printable(stack)})`;

const brokenText = ({ executionArn, status, problem, failure }: Ended): string =>
  failure?.message ??
  `${executionArn} ended as ${status}${problem === undefined ? '' : `: ${printable(problem)}`} Fix: ${fixOf(problem)}`;

/** Repeating a release that a new stop ended would undo that stop. */
const fixOf = (problem = ''): string =>
  problem.startsWith('EngagedAgain')
    ? 'find out who engaged it and why. Repeat the command only if the agents may run.'
    : 'repeat the command. It continues from there.';

function shortReason(reason: string): string {
  if (reason.trim() === '' || reason.length > MAX_REASON) {
    throw new UsageError(`--reason has ${reason.length} characters. Allowed: 1 to ${MAX_REASON}, and not only spaces.`);
  }
  return reason;
}
