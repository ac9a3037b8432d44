import { LoopbackServer } from '../../local/stand-ins/loopback-server';

/* A test that keeps the process busy for longer than an idle connection may last would lose the next request on it. */
test('a connection does not end because it is idle', async () => {
  const server = new LoopbackServer(() => ({ status: 200 }));
  await server.start();
  try {
    const { headers } = await fetch(server.url);
    expect([headers.get('connection'), headers.get('keep-alive')]).toEqual(['keep-alive', null]);
  } finally {
    await server.close();
  }
});
