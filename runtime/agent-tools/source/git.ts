import { spawn } from 'node:child_process';
import { Refusal } from '../server/refusal';
import type { GitCredentials } from './code-commit-credentials';

/** The only transport that one git process can use. */
export type GitTransport = 'https' | 'http' | 'file' | 'none';

export interface GitOptions {
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly transport?: GitTransport;
  /** Directory of another repository's objects, to be read as if they were here. */
  readonly objects?: string;
  /** For this one process. It reads them from a pipe. */
  readonly credentials?: GitCredentials;
  /** Gets every part of the output; an error that it throws ends the process. */
  readonly onOutput?: (part: Buffer) => void;
  /** Called a few times a second; an error that it throws ends the process. */
  readonly guard?: () => Promise<void>;
}

const GUARD_INTERVAL_MS = 200;
const MAX_MESSAGE = 16_384;
const MAX_OUTPUT = 1_048_576;

/** A git process that failed. Its message may contain text of the host and is never shown: see `refusalOf`. */
export class GitFailure extends Error {
  public constructor(
    public readonly exitCode: number | null,
    public readonly output: string,
  ) {
    super('git failed');
    this.name = 'GitFailure';
  }
}

/**
 * The environment of git: only PATH of this process. So neither git nor its child processes get credentials of the
 * role, and configuration outside the repository isn't used.
 */
const environment = (): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_LFS_SKIP_SMUDGE: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
});

/** Settings that win over those of a repository, whose configuration commands of the agent can change. */
function settings(transport: GitTransport, withCredentials: boolean): string[] {
  const values = [
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'core.askPass=',
    'protocol.allow=never',
    ...(transport === 'none' ? [] : [`protocol.${transport}.allow=always`]),
    // A redirect would take credentials, or the request itself, to another host.
    'http.followRedirects=false',
    'fetch.recurseSubmodules=false',
    'submodule.recurse=false',
    'filter.lfs.smudge=',
    'filter.lfs.process=',
    'filter.lfs.required=false',
    'gc.auto=0',
    'maintenance.auto=false',
    'advice.detachedHead=false',
    // Empties the list of helpers, so that no helper of the image or the repository gets or stores a credential.
    'credential.helper=',
    // The only helper returns what this process writes into file descriptor 3, and stores nothing.
    ...(withCredentials ? ['credential.helper=!f() { test "$1" = get && cat <&3; }; f'] : []),
  ];
  return values.flatMap((value) => ['-c', value]);
}

/** Runs git to its end and returns what it wrote to standard output. */
export async function git(args: readonly string[], options: GitOptions): Promise<string> {
  const { directory, signal, credentials, onOutput, objects } = options;
  signal.throwIfAborted();
  const child = spawn('git', [...settings(options.transport ?? 'none', credentials !== undefined), ...args], {
    cwd: directory,
    env: { ...environment(), ...(objects ? { GIT_ALTERNATE_OBJECT_DIRECTORIES: objects } : {}) },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    // A group of its own, so that its helpers for the network end with it.
    detached: true,
  });
  let reason: Error | undefined;
  const stop = (why: unknown) => {
    reason ??= why as Error;
    if (child.pid !== undefined && child.exitCode === null) killGroup(child.pid);
  };
  const onAbort = () => stop(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });

  const pipe = child.stdio[3] as NodeJS.WritableStream;
  pipe.on('error', () => undefined); // If git needs no credentials, it closes the pipe unread.
  pipe.end(credentials ? `username=${credentials.username}\npassword=${credentials.password}\n` : '');

  let output = '';
  let message = '';
  child.stdout!.on('data', (part: Buffer) => {
    if (!onOutput) {
      output += part.toString('utf8');
      if (output.length > MAX_OUTPUT) stop(new Refusal('git answered with more than this tool reads.'));
      return;
    }
    try {
      onOutput(part);
    } catch (error) {
      stop(error);
    }
  });
  child.stderr!.on('data', (part: Buffer) => (message = (message + part.toString('utf8')).slice(-MAX_MESSAGE)));
  const guarding = options.guard ? every(GUARD_INTERVAL_MS, options.guard, stop) : undefined;
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', () => reject(new Refusal('The image has no git.')));
      child.once('close', resolve);
    });
    if (reason !== undefined) throw reason;
    if (code !== 0) throw new GitFailure(code, message);
    return output;
  } finally {
    guarding?.();
    signal.removeEventListener('abort', onAbort);
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Ended by itself in the meantime.
  }
}

/** Repeats the check until it throws or the returned function is called. */
function every(milliseconds: number, check: () => Promise<void>, failed: (why: unknown) => void): () => void {
  let timer: NodeJS.Timeout;
  let over = false;
  const next = () => {
    timer = setTimeout(() => void check().then(() => over || next(), failed), milliseconds);
  };
  next();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}

/** Why git failed, as a constant sentence: git's own message may contain text of the host. */
export function refusalOf(error: unknown, name: string): unknown {
  if (!(error instanceof GitFailure)) return error;
  const { output } = error;
  if (/authentication failed|could not read username|error: 40[13]|HTTP 40[13]/i.test(output)) {
    return new Refusal(
      `The code host refused the credentials of the agent's role for '${name}': they may have expired, or the role is not permitted to pull. Try once more; do not try another way.`,
    );
  }
  if (/repository .* not found|error: 404|does not appear to be a git repository/i.test(output)) {
    return new Refusal(`'${name}' is not found at its code host.`);
  }
  if (/error: 30\d|redirect/i.test(output))
    return new Refusal(`The code host sends '${name}' elsewhere, which is not followed.`);
  if (/couldn't find remote ref|remote branch .* not found/i.test(output)) {
    return new Refusal(`'${name}' has no such branch.`);
  }
  if (/could not resolve host|failed to connect|couldn't connect|timed out|ssl|certificate/i.test(output)) {
    return new Refusal(`The code host of '${name}' cannot be reached from this network.`);
  }
  if (/no space left|disk quota/i.test(output)) return new Refusal('The workspace is full.');
  return new Refusal(`git could not fetch '${name}' (exit code ${error.exitCode}).`);
}
