import { paginateDescribeStacks, type Stack } from '@aws-sdk/client-cloudformation';
import { ACCOUNT_EXIT } from '../account-command';
import { CommandError } from '../command';
import type { Account } from './account';

/** What the library writes to a stack output for this program. */
interface StackRecord {
  readonly format: string;
}

/** Records of one kind, each with its stack. */
export interface StackRecords<Record extends StackRecord> {
  readonly records: readonly (Record & { readonly stack: string })[];
  /** Outputs of this kind that can't be read, as `stack/output`: another version of the library wrote them. */
  readonly unread: readonly string[];
}

/**
 * The records in the stack outputs whose keys begin with a prefix. @param stackName default: all stacks
 *
 * @throws CommandError when there is no such stack
 */
export async function stackRecords<Record extends StackRecord>(
  { stacks: client }: Pick<Account, 'stacks'>,
  { prefix, format, stackName }: { prefix: string; format: Record['format']; stackName?: string },
): Promise<StackRecords<Record>> {
  const records: (Record & { stack: string })[] = [];
  const unread: string[] = [];
  for await (const { StackName: stack = '', Outputs = [] } of stacksOf(client, stackName)) {
    for (const { OutputKey = '', OutputValue = '' } of Outputs) {
      if (!OutputKey.startsWith(prefix)) continue;
      const record = readRecord<Record>(OutputValue, format);
      if (record === undefined) unread.push(`${stack}/${OutputKey}`);
      else records.push({ ...record, stack });
    }
  }
  return { records, unread };
}

async function* stacksOf(client: Account['stacks'], StackName: string | undefined): AsyncGenerator<Stack> {
  try {
    for await (const { Stacks = [] } of paginateDescribeStacks({ client }, { StackName })) yield* Stacks;
  } catch (error) {
    if (StackName === undefined || (error as Error).name !== 'ValidationError') throw error;
    throw new CommandError(
      ACCOUNT_EXIT.notFound,
      `There is no stack '${StackName}' in this account and Region. Fix: check --stack and --region.`,
    );
  }
}

function readRecord<Record extends StackRecord>(value: string, format: string): Record | undefined {
  try {
    const record = JSON.parse(value) as Partial<Record>;
    return record.format === format ? (record as Record) : undefined;
  } catch {
    return undefined;
  }
}
