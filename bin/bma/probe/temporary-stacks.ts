import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { randomBytes } from 'node:crypto';
import type { Account } from '../account/account';
import type { CleanUpJournal, PendingStack } from './clean-up-journal';
import { NoAnswer } from './probe';

/** Prefix of every stack that a probe creates. Policies contain it, and it identifies remaining stacks. */
export const STACK_PREFIX = 'bma-probe-';

/** Permissions to create, read and delete these stacks. The permissions for their resources belong to the probe. */
export const STACK_PERMISSION = {
  actions: ['CreateStack', 'DeleteStack', 'DescribeStackEvents', 'DescribeStacks'].map(
    (action) => `cloudformation:${action}`,
  ),
  resources: [`arn:aws:cloudformation:REGION:ACCOUNT:stack/${STACK_PREFIX}*`],
};

const LONGEST_MINUTES = 15;

export interface StackPlace {
  readonly account: string;
  readonly region: string;
}

/** The wait between two polls. */
export type Pause = (seconds: number) => Promise<void>;

/**
 * Creates the resources of a probe as one CloudFormation stack, and deletes them. The name of a stack is chosen before
 * its creation, and deleting it twice is harmless, so a run can be cleaned up after any interruption.
 */
export class TemporaryStacks {
  constructor(
    private readonly client: Account['stacks'],
    private readonly journal: CleanUpJournal,
    private readonly place: StackPlace,
    private readonly pause: Pause,
    private readonly intervalSeconds: number,
  ) {}

  /**
   * @param work gets the outputs of the stack
   * @throws NoAnswer when the stack can't be created; errors of `work`. The stack is deleted in any case
   */
  async with<T>(
    probe: string,
    template: object,
    work: (outputs: Readonly<Record<string, string>>) => Promise<T>,
  ): Promise<T> {
    const pending: PendingStack = {
      stack: `${STACK_PREFIX}${probe}-${randomBytes(4).toString('hex')}`,
      probe,
      ...this.place,
      since: new Date().toISOString(),
      pid: process.pid,
    };
    this.journal.add(pending);
    try {
      await this.create(pending, template);
      const stack = await this.settled(pending.stack);
      if (stack?.StackStatus !== 'CREATE_COMPLETE') throw new NoAnswer(await this.whyNot(pending.stack));
      const outputs = (stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey!, OutputValue!]);
      return await work(Object.fromEntries(outputs) as Record<string, string>);
    } finally {
      // A failed clean-up stays in the journal and is reported.
      await this.delete(pending).catch(() => undefined);
    }
  }

  /** The remaining stacks of this and of earlier runs, not those of another active run. */
  left(): readonly PendingStack[] {
    return this.all().filter(({ pid }) => pid === process.pid || !isAlive(pid));
  }

  /**
   * Deletes the stacks of earlier runs.
   *
   * @returns a problem for each stack that still exists
   * @param isAsked true if a person requests it: also stacks of a process that seems to run
   */
  async cleanUp(isAsked: boolean): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const pending of isAsked ? this.all() : this.left()) {
      try {
        await this.delete(pending);
      } catch (problem) {
        problems.push(`${pending.stack}: ${(problem as Error).message}`);
      }
    }
    return problems;
  }

  private all(): readonly PendingStack[] {
    return this.journal.pending(this.place.account, this.place.region);
  }

  private async create({ stack }: PendingStack, template: object): Promise<void> {
    try {
      await this.client.send(
        new CreateStackCommand({
          StackName: stack,
          TemplateBody: JSON.stringify(template),
          // A failed stack keeps its events until it is deleted; they contain the reason.
          OnFailure: 'DO_NOTHING',
        }),
      );
    } catch (problem) {
      // The name is random, so an earlier attempt of this call was accepted and its response lost.
      if ((problem as Error).name !== 'AlreadyExistsException') throw problem;
    }
  }

  private async delete({ stack: StackName }: PendingStack): Promise<void> {
    await this.client.send(new DeleteStackCommand({ StackName }));
    const left = await this.settled(StackName);
    if (left !== undefined && left.StackStatus !== 'DELETE_COMPLETE') {
      throw new Error(`CloudFormation says ${left.StackStatus}: ${await this.whyNot(StackName)}`);
    }
    this.journal.remove(StackName);
  }

  /** Waits until an operation on a stack has ended. @returns undefined if the stack doesn't exist */
  private async settled(StackName: string): Promise<Stack | undefined> {
    for (let waited = 0; ; waited += this.intervalSeconds) {
      const stack = await this.describe(StackName);
      if (stack === undefined || !stack.StackStatus?.endsWith('_IN_PROGRESS')) return stack;
      if (waited > LONGEST_MINUTES * 60)
        throw new NoAnswer(`the stack ${StackName} is ${stack.StackStatus} for ${LONGEST_MINUTES} minutes`);
      await this.pause(this.intervalSeconds);
    }
  }

  private async describe(StackName: string): Promise<Stack | undefined> {
    try {
      return (await this.client.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0];
    } catch (problem) {
      // CloudFormation has no name of its own for this error.
      if (/does not exist/.test((problem as Error).message)) return undefined;
      throw problem;
    }
  }

  private async whyNot(StackName: string): Promise<string> {
    const { StackEvents = [] } = await this.client.send(new DescribeStackEventsCommand({ StackName }));
    const failed = StackEvents.filter(({ ResourceStatus }) => ResourceStatus?.endsWith('_FAILED'));
    // Newest first; the oldest failure is the cause of the others.
    const { ResourceType, ResourceStatusReason } = failed.at(-1) ?? {};
    return `${ResourceType ?? 'the stack'}: ${ResourceStatusReason ?? 'no reason given'}`;
  }
}

/** Whether a process with this id exists, including processes of other users. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (problem) {
    return (problem as NodeJS.ErrnoException).code === 'EPERM';
  }
}
