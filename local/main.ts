/** The program `bma-local`. */
import { readCommandLine, UsageError } from './command-line';
import { runMessage } from './message/run-message';
import { OptionError } from './options';
import { ScriptError } from './script/parse-script';
import { startLocalService } from './service';

async function main(): Promise<void> {
  const { options, text, message } = readCommandLine(process.argv.slice(2));
  if (text !== undefined) return void process.stdout.write(text);
  if (message !== undefined) {
    const service = { ...options, template: options.template! };
    const print = (line: string) => void process.stdout.write(`${line}\n`);
    if (!(await runMessage({ ...message, service, print }))) process.exitCode = 1;
    return;
  }
  const service = await startLocalService(options);
  // Before anything is printed, because a reader of the output may stop it immediately.
  const stop = (): void => {
    void service.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const { url, region, credentials, authorises } = service;
  // Credentials of a service on loopback that ends with this process: they are meant to be copied.
  process.stdout.write(
    [
      `Managed Agents service at ${url} (${region}, account ${service.accountId})`,
      authorises
        ? 'Calls are authorised against the template.'
        : 'No template: every signed call is allowed. Give --template to authorise calls.',
      '',
      `export AWS_REGION=${region}`,
      `export AWS_ACCESS_KEY_ID=${credentials.accessKeyId}`,
      `export AWS_SECRET_ACCESS_KEY=${credentials.secretAccessKey}`,
      `export AWS_SESSION_TOKEN=${credentials.sessionToken ?? ''}`,
      '',
    ].join('\n'),
  );
}

/** What a person can do about a port that the service doesn't get. */
function portProblem({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE')
    return 'The port is in use. Fix: stop the other program, or give another --port (0 takes a free one).';
  if (code === 'EACCES')
    return 'The port needs more permissions. Fix: give a --port from 1024 on (0 takes a free one).';
  return message;
}

main().catch((error: unknown) => {
  const isInput = [UsageError, OptionError, ScriptError].some((kind) => error instanceof kind);
  process.stderr.write(`bma-local: ${error instanceof Error ? portProblem(error) : String(error)}\n`);
  process.exit(isInput ? 2 : 1);
});
