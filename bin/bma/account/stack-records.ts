import { paginateDescribeStacks, type Stack } from '@aws-sdk/client-cloudformation';
import { ACCOUNT_EXIT } from '../account-command';
import { CommandError } from '../command';
import { printable } from '../../../local/message/printable-text';
import type { Account } from './account';
import { kindOfFailure } from './call-failure';

/** Records that the library writes to stack outputs for this program. */
interface StackRecord {
  readonly format: string;
}

/** A record with its stack. */
export interface StackRecords<Record extends StackRecord> {
  readonly records: readonly (Record & { readonly stack: string })[];
  /** Outputs of this kind that can't be read, for example of another version of the library. */
  readonly unread: readonly UnreadOutput[];
}

/** An output that looks like a record and isn't one. */
export interface UnreadOutput {
  readonly stack: string;
  readonly output: string;
}

/**
 * The definition of one kind of record. Everyone who deploys a stack can write an output, so every member is checked.
 */
export interface RecordKind<Record extends StackRecord> {
  /** Prefix of the keys of its outputs. */
  readonly prefix: string;
  readonly format: Record['format'];
  /** Whether every member matches the contract. */
  readonly isRecord: (value: Partial<{ [Key in keyof Record]: unknown }>) => boolean;
}

/**
 * The records in the stack outputs whose keys begin with a prefix.
 *
 * @param stackName default: all stacks
 * @throws CommandError when there is no such stack
 */
export async function stackRecords<Record extends StackRecord>(
  { stacks: client }: Pick<Account, 'stacks'>,
  { prefix, format, isRecord }: RecordKind<Record>,
  stackName: string | undefined,
): Promise<StackRecords<Record>> {
  const records: (Record & { stack: string })[] = [];
  const unread: UnreadOutput[] = [];
  for await (const { StackName: stack = '', Outputs = [] } of stacksOf(client, stackName)) {
    for (const { OutputKey = '', OutputValue = '' } of Outputs) {
      if (!OutputKey.startsWith(prefix)) continue;
      const record = parsed(OutputValue);
      if (record?.format === format && isRecord(record as Partial<Record>)) {
        records.push({ ...(record as unknown as Record), stack });
      } else unread.push({ stack, output: OutputKey });
    }
  }
  return { records, unread };
}

async function* stacksOf(client: Account['stacks'], StackName: string | undefined): AsyncGenerator<Stack> {
  try {
    for await (const { Stacks = [] } of paginateDescribeStacks({ client }, { StackName })) yield* Stacks;
  } catch (error) {
    if (StackName === undefined)
      throw kindOfFailure(error as Error) === 'denied' ? notAllStacks(error as Error) : error;
    if ((error as Error).name !== 'ValidationError') throw error;
    throw new CommandError(
      ACCOUNT_EXIT.notFound,
      `There is no stack '${StackName}' in this account and Region. Fix: check --stack and --region.`,
    );
  }
}

/** Grants of the library cover one stack, so a caller who has all of them may still not read every stack. */
function notAllStacks({ message }: Error): CommandError {
  return new CommandError(
    ACCOUNT_EXIT.notPermitted,
    `AWS refused to list the stacks: ${printable(message).replace(/\.?$/, '.')} Fix: add --stack with the stack of the agent, or get cloudformation:DescribeStacks and cloudformation:ListStacks on all stacks.`,
  );
}

function parsed(value: string): Partial<StackRecord> | undefined {
  try {
    return (JSON.parse(value) ?? undefined) as Partial<StackRecord> | undefined;
  } catch {
    return undefined;
  }
}

/** The names of the unreadable outputs, for a message. */
export function unreadText(unread: readonly UnreadOutput[]): string {
  const outputs = unread.map(({ stack, output }) => `${stack}/${output}`).join(', ');
  return `Outputs of another version of the library can't be read: ${outputs}.`;
}

/** A non-empty string. */
export const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** ARN of a state machine. */
export const isStateMachine = (value: unknown): value is string =>
  isText(value) && /^arn:[a-z-]+:states:[a-z\d-]+:\d{12}:stateMachine:[^:]+$/.test(value);
