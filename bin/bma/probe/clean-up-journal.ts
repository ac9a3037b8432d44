import * as fs from 'node:fs';
import * as os from 'node:os';
import path from 'node:path';
import { UsageError } from '../command';

/** A stack that a probe is about to create, or has created. */
export interface PendingStack {
  readonly stack: string;
  readonly probe: string;
  readonly account: string;
  readonly region: string;
  readonly since: string;
}

/**
 * What probes have created and not deleted yet, in a file of the person who runs them. A stack is written down before it is
 * created, under the name that it will have, so that an interruption at any moment leaves nothing that nobody knows of.
 */
export class CleanUpJournal {
  constructor(readonly file: string) {}

  /** The file below `XDG_STATE_HOME`, by default `~/.local/state`. */
  static default(environment: NodeJS.ProcessEnv = process.env): CleanUpJournal {
    const state = environment.XDG_STATE_HOME ?? path.join(os.homedir(), '.local', 'state');
    return new CleanUpJournal(path.join(state, 'cdk-bedrock-managed-agents', 'probe-clean-up.json'));
  }

  /** Stacks of one account and Region. @throws UsageError when the file is damaged: nothing may be forgotten */
  pending(account: string, region: string): readonly PendingStack[] {
    return this.all().filter((each) => each.account === account && each.region === region);
  }

  add(stack: PendingStack): void {
    this.write([...this.all(), stack]);
  }

  remove(stack: string): void {
    this.write(this.all().filter((each) => each.stack !== stack));
  }

  private all(): readonly PendingStack[] {
    let text: string;
    try {
      text = fs.readFileSync(this.file, 'utf8');
    } catch (problem) {
      if ((problem as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw problem;
    }
    let pending: unknown;
    try {
      pending = JSON.parse(text);
    } catch {
      pending = undefined;
    }
    if (!Array.isArray(pending)) {
      throw new UsageError(
        `${this.file} is damaged: it is no list of stacks. Fix: delete the stacks named bma-probe-… in CloudFormation, then this file.`,
      );
    }
    return pending as PendingStack[];
  }

  /** A file that was written half would forget a stack: it is replaced as a whole. */
  private write(pending: readonly PendingStack[]): void {
    fs.mkdirSync(path.dirname(this.file), { recursive: true });
    const fresh = `${this.file}.${process.pid}`;
    const descriptor = fs.openSync(fresh, 'w', 0o600);
    fs.writeSync(descriptor, `${JSON.stringify(pending, undefined, 2)}\n`);
    fs.fsyncSync(descriptor);
    fs.closeSync(descriptor);
    fs.renameSync(fresh, this.file);
  }
}
