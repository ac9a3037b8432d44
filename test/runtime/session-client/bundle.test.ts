/** What a Lambda handler gets: one CommonJS file that signs with the environment's credentials. */
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { json, KEY, LoopbackService } from './loopback-service';

const directory = mkdtempSync(path.join(tmpdir(), 'session-client-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function bundle(mainFields?: string[]): Promise<{ outfile: string; bytes: number; inputs: string[] }> {
  const outfile = path.join(directory, 'client.cjs');
  const { metafile } = await build({
    entryPoints: [path.resolve(__dirname, '../../../runtime/session-client/index.ts')],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    metafile: true,
    ...(mainFields ? { mainFields } : {}),
  });
  const [output] = Object.values(metafile.outputs);
  return { outfile, bytes: output?.bytes ?? 0, inputs: Object.keys(output?.inputs ?? {}) };
}

test.each([
  ['with the default main fields', undefined, 200_000],
  ['with ES modules preferred', ['module', 'main'], 61_000],
])('the bundle %s has no credential chain and keeps its size', async (_name, mainFields, limit) => {
  const { bytes, inputs } = await bundle(mainFields);
  expect(inputs.filter((input) => input.includes('@aws-sdk/'))).toEqual([]);
  expect(bytes).toBeLessThanOrEqual(limit);
});

test('the bundle runs as CommonJS and its requests verify', async () => {
  const service = await new LoopbackService().start();
  service.next((response) => json(response, 200, { id: 's1', status: 'idle' }));
  const { outfile } = await bundle(['module', 'main']);
  const script = `const { SessionClient, NotFoundError } = require(process.argv[1]);
    new SessionClient({ region: 'us-east-1', endpoint: '${service.origin}' }).get('s1')
      .then(({ id }) => console.log(id, new NotFoundError('x', { status: 404 }).name));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script, outfile], {
    env: {
      AWS_ACCESS_KEY_ID: KEY.accessKeyId,
      AWS_SECRET_ACCESS_KEY: KEY.secretAccessKey,
      AWS_SESSION_TOKEN: KEY.sessionToken,
    },
  });
  expect(stdout.trim()).toBe('s1 NotFoundError');
  expect(service.signatureFailures).toEqual([]);
  await service.stop();
});
