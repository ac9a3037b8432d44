/** What the bundler leaves out of the AWS SDK must not change what functions see of a service. */
import { execFileSync, execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const ROOT = path.resolve(__dirname, '../../..');
const directory = mkdtempSync(path.join(tmpdir(), 'lean-aws-sdk-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Asks Systems Manager, and prints what it answers. */
const PROGRAM = `
  import { SSMClient, CreateOpsItemCommand, OpsItemAlreadyExistsException } from '@aws-sdk/client-ssm';
  new SSMClient({ region: 'us-east-1', endpoint: process.argv[2], maxAttempts: 1 })
    .send(new CreateOpsItemCommand({ Title: 't', Source: 's', Description: 'd', OperationalData: { a: { Value: 'v', Type: 'String' } } }))
    .then(({ OpsItemId }) => ({ OpsItemId }), (error) => ({
      name: error.name, message: error.message, fault: error.$fault, status: error.$metadata.httpStatusCode,
      known: error instanceof OpsItemAlreadyExistsException, OpsItemId: error.OpsItemId,
    }))
    .then((seen) => console.log(JSON.stringify(seen)));`;

const bundled = (lean: boolean): string => {
  const outfile = path.join(directory, `${lean}.js`);
  const build = `
    import { build } from 'esbuild';
    import { leanAwsSdk } from ${JSON.stringify(path.join(ROOT, 'scripts/lean-aws-sdk.mjs'))};
    await build({
      stdin: { contents: ${JSON.stringify(PROGRAM)}, resolveDir: ${JSON.stringify(ROOT)} },
      outfile: ${JSON.stringify(outfile)}, bundle: true, minify: true, platform: 'node', format: 'cjs',
      mainFields: ['module', 'main'], plugins: ${lean ? '[leanAwsSdk]' : '[]'},
    });`;
  execFileSync(process.execPath, ['--input-type=module', '-e', build], { cwd: ROOT });
  return outfile;
};

let [whole, lean] = ['', ''];
beforeAll(() => ([whole, lean] = [bundled(false), bundled(true)]));

test.each([
  ['an answer', 200, { OpsItemId: 'oi-1' }],
  [
    'an error with members of its own',
    400,
    { __type: 'OpsItemAlreadyExistsException', Message: 'is there', OpsItemId: 'oi-1' },
  ],
  ['an error that is not registered', 400, { __type: 'InvalidDocumentContent', Message: 'not today' }],
  ['a throttled call', 400, { __type: 'ThrottlingException', message: 'slower' }],
  ['a broken service', 500, { __type: 'InternalServerError', Message: 'sorry' }],
])('%s looks the same as with the whole SDK', async (_what, status, answer) => {
  const requests: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const agent = String(request.headers['user-agent']);
      requests.push({ body: Buffer.concat(chunks).toString('utf8'), version: /aws-sdk-js\/\S+/.exec(agent)?.[0] });
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  const run = async (file: string) =>
    JSON.parse((await promisify(execFile)(process.execPath, [file, url], { env })).stdout);

  const expected = await run(whole);
  const seen = await run(lean);
  await new Promise((resolve) => server.close(resolve));

  expect(seen).toEqual(expected);
  expect(Object.keys(expected)).not.toHaveLength(0);
  expect(requests[1]).toEqual(requests[0]);
});
