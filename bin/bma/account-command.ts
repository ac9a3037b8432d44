import type { Command as ParsedCommand } from 'commander';
import type * as Calls from './account';
import type { Account } from './account/account';
import { CommandError, UsageError } from './command';

/** Exit codes of all commands that call an account. */
export const ACCOUNT_EXIT = { noCredentials: 3, notPermitted: 4, notFound: 5, noAnswer: 9 } as const;

/** Their meaning, for the help. */
export const ACCOUNT_CODES = {
  [ACCOUNT_EXIT.noCredentials]: 'no credentials',
  [ACCOUNT_EXIT.notPermitted]: 'not permitted',
  [ACCOUNT_EXIT.notFound]: 'the agent, turn, stack or queue does not exist',
  [ACCOUNT_EXIT.noAnswer]: 'AWS did not answer: throttled, not reachable, or a service error',
} as const;

/** Options of every command that calls an account. */
export interface AccountOptions {
  readonly region?: string;
  readonly stack?: string;
  readonly json?: boolean;
}

/** Adds `--region`, `--stack` and `--json`. */
export function addAccountOptions(command: ParsedCommand, json: string): void {
  command
    .option('--region <region>', 'Region of the agents (default: AWS_REGION, then the profile)')
    .option('--stack <name>', 'look for agents in this stack only (default: all stacks of the account and Region)')
    .option('--json', json);
}

/**
 * Runs a command in the account of the caller's credentials.
 *
 * @param needs the required permission, for the error of a denial
 * @throws CommandError when AWS refuses a call or does not respond
 */
export async function inAccount<T>(
  { region }: AccountOptions,
  needs: string,
  work: (account: Account, calls: typeof Calls) => Promise<T>,
): Promise<T> {
  // Loaded lazily, because other commands don't need the AWS clients.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const calls = require('./account') as typeof Calls;
  const account = calls.openAccount(region);
  try {
    return await work(account, calls);
  } catch (error) {
    throw error instanceof CommandError ? error : calls.commandErrorOf(error as Error, needs);
  } finally {
    account.close();
  }
}

/** Neither an option, nor the environment, nor the profile sets a Region. */
export const noRegion = (): UsageError =>
  new UsageError('No Region is configured. Fix: add --region, or set AWS_REGION.');

/** Parses an option that is a number of seconds. */
export function secondsOf(option: string, least: number): (text: string) => number {
  return (text) => {
    const seconds = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || seconds < least || seconds > 86_400) {
      throw new UsageError(`${option} is '${text}'. Allowed: ${least} to 86400 seconds.`);
    }
    return seconds;
  };
}

/** Parses an option that is a whole number. */
export function countOf(option: string, most: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (!/^\d+$/.test(text) || count < 1 || count > most) {
      throw new UsageError(`${option} is '${text}'. Allowed: 1 to ${most}.`);
    }
    return count;
  };
}
