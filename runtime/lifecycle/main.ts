import { createLifecycleServer, type LifecycleServer } from './lifecycle-server';

/** If the log reader closes, the session must continue. */
process.stdout.on('error', () => undefined);

function stopOn(signal: NodeJS.Signals, server: LifecycleServer): void {
  // Once: a second signal ends the process at once, as people expect of Ctrl-C.
  process.once(signal, () => {
    void server.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}

async function main(): Promise<void> {
  const server = createLifecycleServer();
  stopOn('SIGTERM', server);
  stopOn('SIGINT', server);
  await server.listen();
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
