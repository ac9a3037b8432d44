/**
 * The evidence of a turn of 20,000 items of 5 kB, 100 MB, collected by a process of its own against real HTTP servers: what it
 * needs of memory stays far below the 512 MB of the function.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { KEY } from '../session-client/loopback-service';

const ITEMS = 20_000;
const LIMIT_MIB = 320;
const OUTPUT = 'o'.repeat(4_900);
const folder = mkdtempSync(path.join(tmpdir(), 'evidence-memory-'));
const servers: Server[] = [];
afterAll(() => {
  rmSync(folder, { recursive: true });
  for (const server of servers) server.close();
});

/** Item `n` of the turn; the first is the message, the last the answer. */
const itemOf = (n: number): object =>
  n > 0 && n < ITEMS - 1
    ? { id: `item_${n}`, turn_id: 't1', type: 'command_execution', command: 'ls', output: OUTPUT }
    : { id: `item_${n}`, turn_id: 't1', type: 'message', ...(n === 0 ? MESSAGE : ANSWER) };
const MESSAGE = { role: 'user', content: [{ type: 'input_text', text: 'go' }] };
const ANSWER = { role: 'assistant', phase: 'final_answer', content: [{ type: 'output_text', text: 'done' }] };

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('20,000 items of 5 kB need a fraction of the memory of the function', async () => {
  const service = await listen(
    createServer((request, response) => {
      const query = new URL(request.url ?? '', 'http://host').searchParams;
      const before = Number(query.get('after')?.slice('item_'.length) ?? ITEMS);
      const from = Math.max(0, before - Number(query.get('limit')));
      const data = Array.from({ length: before - from }, (_, k) => itemOf(before - 1 - k));
      response.end(JSON.stringify({ data, has_more: from > 0, last_id: `item_${from}` }));
    }),
  );
  const stored = { bytes: 0, parts: 0, sha256: createHash('sha256') };
  let manifest = '';
  const bucket = await listen(
    createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => void chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks);
        if (request.url?.includes('partNumber')) {
          stored.bytes += body.length;
          stored.parts += 1;
          stored.sha256.update(body);
        } else if (request.url?.includes('manifest.json')) {
          manifest = body.toString('utf8');
        }
        response.setHeader('etag', '"e"');
        response.end(
          request.method === 'POST'
            ? '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>'
            : '',
        );
      });
    }),
  );
  const program = path.join(folder, 'collect.js');
  buildSync({
    stdin: {
      resolveDir: __dirname,
      contents: `
        import { readFileSync } from 'node:fs';
        import { S3Client } from '@aws-sdk/client-s3';
        import { SessionClient } from '../../../runtime/session-client';
        import { collectEvidence } from '../../../runtime/turn-handlers/collect-evidence/collect-evidence';
        import { TextStore } from '../../../runtime/turn-handlers/turn/text-store';
        const client = new SessionClient({ region: 'us-east-1', endpoint: '${service}' });
        const s3 = new S3Client({ region: 'us-east-1', endpoint: '${bucket}', forcePathStyle: true });
        const record = { state: 'submitted', sessionId: 's1',
          conversationMark: JSON.stringify({ empty: true, turnIds: [], known: [], whole: true }) };
        const parts = { client, store: new TextStore(s3, 'evidence'), guardrail: { arn: 'a', version: '1' },
          ledger: { turn: async () => record } };
        collectEvidence({ turn: { name: 'x', turnPk: 'turn#x', detail: {} }, ending: { outcome: 'Completed' } }, parts)
          .then(({ output }) => process.stdout.write(JSON.stringify({ output, mib: peakKibibytes() / 1024 })));
        // Not resourceUsage().maxRSS: a new process takes over the peak of the one that starts it, here the test's.
        function peakKibibytes() {
          return Number(/^VmHWM:\\s+(\\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
        }
      `,
    },
    bundle: true,
    platform: 'node',
    outfile: program,
    logLevel: 'error',
  });
  const startedAt = Date.now();
  // V8 sizes its heap by the memory of the machine, and this one has more than the function.
  const child = spawn(process.execPath, ['--max-old-space-size=256', program], {
    env: { AWS_ACCESS_KEY_ID: KEY.accessKeyId, AWS_SECRET_ACCESS_KEY: KEY.secretAccessKey, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => void (said += chunk.toString('utf8')));
  await new Promise((resolve) => child.once('close', resolve));

  const { output, mib } = JSON.parse(said.trim().split('\n').at(-1)!) as { output: unknown; mib: number };
  // Read by people who look for a figure: a measurement, not a failure.
  process.stderr.write(`evidence of ${ITEMS} items: ${Math.round(mib)} MiB, ${Date.now() - startedAt} ms\n`);
  expect(output).toEqual([{ text: 'done' }]);
  expect(mib).toBeLessThan(LIMIT_MIB);
  const { items } = JSON.parse(manifest) as { items: Record<string, unknown> };
  expect(items).toMatchObject({ count: ITEMS, complete: true, bytes: stored.bytes });
  expect(items['sha256']).toBe(stored.sha256.digest('hex'));
  expect(stored.bytes).toBeGreaterThan(95_000_000);
  expect(stored.parts).toBeGreaterThan(10);
});
