/** The packaged program `bma` in a separate process. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import type { LocalService } from '../../local';

export const PROGRAM = path.resolve(__dirname, '../../assets/bma/bma.js');

export interface Result {
  readonly exit: unknown;
  readonly out: string;
  readonly error: string;
}

/** The environment of a process with the credentials of a role in a local account and no others. */
export function environmentOf(service: LocalService, roleArn: string, accountUrl: string): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken = '' } = service.credentialsFor(roleArn);
  return {
    PATH: process.env.PATH ?? '',
    AWS_ENDPOINT_URL: accountUrl,
    AWS_REGION: service.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/none',
    AWS_SHARED_CREDENTIALS_FILE: '/none',
    AWS_MAX_ATTEMPTS: '2',
  };
}

/** The input of a person when the program asks. */
export interface Reply {
  /** The last words of the question. */
  readonly to: string;
  readonly text: string;
}

/** Runs a file to its end. */
export function run(file: string, args: string[], env: NodeJS.ProcessEnv, reply?: Reply): Promise<Result> {
  return new Promise((resolve) => {
    const child = execFile(file, args, { env }, (problem, out, error) =>
      resolve({ exit: problem?.code ?? 0, out, error }),
    );
    if (reply === undefined) return;
    let [out, isAnswered] = ['', false];
    child.stdout!.on('data', (chunk: string) => {
      out += chunk;
      if (isAnswered || !out.includes(reply.to)) return;
      isAnswered = true;
      child.stdin!.write(`${reply.text}\n`);
    });
  });
}

/** Runs the program in a terminal. */
export function runInTerminal(args: string[], env: Record<string, string>, reply?: Reply): Promise<Result> {
  const command = [process.execPath, PROGRAM, ...args].map((word) => `'${word}'`).join(' ');
  return run('script', ['-qec', command, '/dev/null'], { ...env, TERM: 'xterm' }, reply);
}
