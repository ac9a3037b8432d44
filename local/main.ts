/** The program `bma-local`. */
import { readCommandLine, USAGE, UsageError } from './command-line';
import { ScriptError } from './script/parse-script';
import { startLocalService } from './service';

async function main(): Promise<void> {
  const { options, help } = readCommandLine(process.argv.slice(2));
  if (help) return void process.stdout.write(USAGE);
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

main().catch((error: unknown) => {
  const known = error instanceof UsageError || error instanceof ScriptError;
  process.stderr.write(`bma-local: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(known ? 2 : 1);
});
