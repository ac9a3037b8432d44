import * as fs from 'node:fs';
import * as os from 'node:os';
import path from 'node:path';
import { makeDirectory } from '../../../analysis/files/make-directory';
import { UsageError } from '../command';

/** A stack that a probe is about to create, or has created. */
export interface PendingStack {
  readonly stack: string;
  readonly probe: string;
  readonly account: string;
  readonly region: string;
  readonly since: string;
  /** Process that creates it. */
  readonly pid: number;
}

/**
 * The stacks that probes created and haven't deleted yet, one file for each, in a directory of the user. The file is
 * written before the stack is created, so that an interruption at any time leaves no unknown stack. Concurrent runs
 * have separate files.
 */
export class CleanUpJournal {
  constructor(private readonly directory: string) {}

  /** The directory below `XDG_STATE_HOME`, by default `~/.local/state`. */
  static default(environment: NodeJS.ProcessEnv = process.env): CleanUpJournal {
    const state = environment.XDG_STATE_HOME ?? path.join(os.homedir(), '.local', 'state');
    return new CleanUpJournal(path.join(state, 'cdk-bedrock-managed-agents', 'probe-clean-up'));
  }

  /** Stacks of one account and Region. @throws UsageError when a file is damaged, because no stack may be forgotten */
  pending(account: string, region: string): readonly PendingStack[] {
    if (!fs.existsSync(this.directory)) return [];
    const files = fs.readdirSync(this.directory).filter((name) => name.endsWith('.json'));
    return files
      .map((name) => readPending(path.join(this.directory, name)))
      .filter((each) => each.account === account && each.region === region);
  }

  add(pending: PendingStack): void {
    makeDirectory(this.directory);
    // Renamed after it is completely written to disk.
    const fresh = path.join(this.directory, `${pending.stack}.new`);
    const descriptor = fs.openSync(fresh, 'w', 0o600);
    fs.writeSync(descriptor, `${JSON.stringify(pending, undefined, 2)}\n`);
    fs.fsyncSync(descriptor);
    fs.closeSync(descriptor);
    fs.renameSync(fresh, path.join(this.directory, `${pending.stack}.json`));
  }

  remove(stack: string): void {
    fs.rmSync(path.join(this.directory, `${stack}.json`), { force: true });
  }
}

function readPending(file: string): PendingStack {
  const pending = parsed(fs.readFileSync(file, 'utf8'));
  if (typeof pending.stack === 'string' && typeof pending.account === 'string' && typeof pending.region === 'string') {
    return pending as PendingStack;
  }
  const name = path.basename(file, '.json');
  throw new UsageError(`${file} is damaged. Fix: delete the stack ${name} in CloudFormation, then this file.`);
}

function parsed(text: string): Partial<PendingStack> {
  try {
    return (JSON.parse(text) ?? {}) as Partial<PendingStack>;
  } catch {
    return {};
  }
}
