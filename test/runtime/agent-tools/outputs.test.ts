/** The bundled `outputs` server on a real directory, with the real S3 client against loopback. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { failure, RecordedAws } from '../../../local/stand-ins/recorded-aws';
import { CREDENTIALS, OWN_SECRET, ToolUnderTest } from './tool-under-test';

const SCOPE = {
  ...CREDENTIALS,
  BMA_OUTPUT_BUCKET: 'outputs-bucket',
  BMA_OUTPUT_PREFIX: 'reviewer/',
  BMA_OUTPUT_BUCKET_OWNER: '111122223333',
  BMA_OUTPUT_FILE_TYPES: 'json,md,gz,zip',
  BMA_OUTPUT_MAX_FILE_BYTES: '1000',
  BMA_OUTPUT_OVERWRITE: 'never',
};
const PUT = (key: string) => `PUT /outputs-bucket/${key}`;
const stored = () => ({ headers: { 'x-amz-version-id': 'v1' }, body: '' });

let aws: RecordedAws;
let root: string;
let workspace: string;
let tool: ToolUnderTest;

beforeAll(async () => {
  aws = await new RecordedAws().start();
  root = mkdtempSync(path.join(tmpdir(), 'bma-outputs-'));
  workspace = path.join(root, 'workspace');
  mkdirSync(path.join(workspace, 'out/deep'), { recursive: true });
  writeFileSync(path.join(root, 'outside.json'), '{"outside":true}');
  writeFileSync(path.join(workspace, 'out/report.json'), '{"findings":[]}');
  writeFileSync(path.join(workspace, 'out/deep/report.json'), '{}');
  writeFileSync(path.join(workspace, 'out/program.exe'), 'MZ');
  writeFileSync(path.join(workspace, 'out/huge.json'), 'x'.repeat(1001));
  writeFileSync(path.join(workspace, 'out/most.json'), 'x'.repeat(1000));
  writeFileSync(path.join(workspace, 'out/empty.md'), '');
  writeFileSync(path.join(workspace, 'out/leak.md'), `# Report\n\nkey: AKIA${'ABCDEFGHIJKLMNOP'}\n`);
  mkdirSync(path.join(workspace, 'out/directory.json'));
  symlinkSync('../../outside.json', path.join(workspace, 'out/link.json'));
  symlinkSync('report.json', path.join(workspace, 'out/inner-link.json'));
  symlinkSync('deep', path.join(workspace, 'out/linked-directory'));
  symlinkSync('../..', path.join(workspace, 'out/up'));
  execFileSync('mkfifo', [path.join(workspace, 'out/pipe.json')]);
  tool = await ToolUnderTest.start('outputs', aws, SCOPE, [workspace]);
});
afterAll(async () => {
  await tool.close();
  await aws.stop();
  rmSync(root, { recursive: true, force: true });
});

const sha256 = (content: string) => createHash('sha256').update(content);

describe('publish_file', () => {
  test('publishes below the prefix, with checksum, owner and type, and does not replace', async () => {
    aws.answers({ [PUT('reviewer/out/report.json')]: stored });
    const content = '{"findings":[]}';
    const digest = sha256(content).digest('hex');
    const { json } = await tool.call('publish_file', { path: 'out/report.json' });
    expect(json).toEqual({
      bucket: 'outputs-bucket',
      key: 'reviewer/out/report.json',
      bytes: 15,
      sha256: digest,
      version_id: 'v1',
    });
    const [{ headers, body }] = aws.requests;
    expect(body.toString()).toBe(content);
    expect(headers).toMatchObject({
      'if-none-match': '*',
      'content-type': 'application/json',
      'x-amz-expected-bucket-owner': '111122223333',
      'x-amz-checksum-sha256': sha256(content).digest('base64'),
      'x-amz-meta-sha256': digest,
    });
    expect(headers.authorization).toMatch(/us-east-1\/s3\/aws4_request/);
  });

  test.each([
    ['under another name', { path: 'out/report.json', name: 'pr-7/findings.json' }, 'pr-7/findings.json'],
    ['with a path that is not normal', { path: './out/../out//report.json' }, 'out/report.json'],
    ['a file of exactly the largest size', { path: 'out/most.json' }, 'out/most.json'],
    ['an empty file', { path: 'out/empty.md' }, 'out/empty.md'],
  ])('publishes %s', async (_, input, name) => {
    aws.answers({ [PUT(`reviewer/${name}`)]: stored });
    expect((await tool.call('publish_file', input)).json).toMatchObject({ key: `reviewer/${name}` });
  });

  test.each([
    ['a path out of the workspace', { path: '../outside.json', name: 'a.json' }, /leaves the workspace/],
    ['an absolute path', { path: '/etc/hosts.json', name: 'a.json' }, /relative/],
    ['a path back into a sibling', { path: '../workspace-2/a.json', name: 'a.json' }, /leaves the workspace/],
    ['a symbolic link to the outside', { path: 'out/link.json' }, /symbolic link/],
    ['a symbolic link to the inside', { path: 'out/inner-link.json' }, /symbolic link/],
    ['a path through a linked directory', { path: 'out/linked-directory/report.json' }, /symbolic link/],
    ['a path through a link out of the workspace', { path: 'out/up/outside.json' }, /symbolic link/],
    ['a file that is not there', { path: 'out/none.json' }, /no such file/],
    ['a directory', { path: 'out/directory.json' }, /not a regular file|cannot be read/],
    ['a pipe', { path: 'out/pipe.json' }, /not a regular file/],
    ['a file that is too large', { path: 'out/huge.json' }, /1001 bytes, at most 1000/],
    ['a type that is not allowed', { path: 'out/program.exe' }, /Allowed: json, md, gz, zip/],
    ['a disguised type', { path: 'out/program.exe', name: 'program.json' }, /Allowed: json/],
    ['text that calls itself an archive', { path: 'out/leak.md', name: 'leak.zip' }, /keep the file type/],
    ['a file with a credential', { path: 'out/leak.md' }, /an AWS access key id, in line 3/],
    ['a name out of the prefix', { path: 'out/report.json', name: '../other/report.json' }, /leave the agent's prefix/],
    ['a name with an empty part', { path: 'out/report.json', name: 'a//report.json' }, /single slashes/],
    ['a name that begins with a slash', { path: 'out/report.json', name: '/report.json' }, /single slashes/],
    ['a hidden name', { path: 'out/report.json', name: '.well/report.json' }, /begin with a letter/],
    ['overwriting', { path: 'out/report.json', overwrite: true }, /may not overwrite/],
    ['another bucket', { path: 'out/report.json', bucket: 'other' }, /bucket/],
    ['a path that is no text', { path: ['out/report.json'] }, /path/],
  ])('refuses %s and sends nothing', async (_, input, why) => {
    aws.answers({});
    const { refused, text } = await tool.call('publish_file', input);
    expect({ refused, text }).toEqual({ refused: true, text: expect.stringMatching(why) });
    expect(text).not.toContain('ABCDEFGHIJKLMNOP');
    expect(aws.requests).toEqual([]);
  });

  const KEY = `AKIA${'ABCDEFGHIJKLMNOP'}`;
  const utf16 = (text: string) => Buffer.from(text, 'utf16le');
  const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');
  const escaped = (text: string) =>
    [...text].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
  test.each<[string, string | Buffer, RegExp?]>([
    ['the own secret', `note: ${OWN_SECRET}`, /the credentials of this tool, in line 1/],
    ['the own secret in base64', `a ${base64(`x${OWN_SECRET}y`)}`],
    ['the own secret in hexadecimal', Buffer.from(OWN_SECRET).toString('hex')],
    ['the own secret in an address', `q=${encodeURIComponent(OWN_SECRET)}`],
    ['the own session token in UTF-16', utf16(CREDENTIALS.AWS_SESSION_TOKEN)],
    [
      'a secret in an AWS profile',
      '[default]\naws_secret_access_key = wJal/rXUt+nFEMI7MDENG\n',
      /value of a credential, in line 2/,
    ],
    ['a password in JSON', '{"db": {"password": "hunter2!"}}'],
    ['a password in YAML', 'db_password:   s3cr3t-v4lue'],
    ['a password behind an option', 'run --db-password s3cr3t-v4lue'],
    ['a secret of a task definition', '{"name": "API_TOKEN", "value": "8f14e45fceea167a"}'],
    ['a header', 'curl -H "Authorization: Basic dXNlcjpodW50ZXIy"'],
    ['an element', '<secret>8f14e45fceea167a</secret>'],
    ['UTF-16 with a mark', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16(KEY)]), /an AWS access key id.*UTF-16/],
    ['UTF-16 of the other order', utf16(KEY).swap16()],
    ['UTF-32', Buffer.from([...KEY].flatMap((c) => [c.charCodeAt(0), 0, 0, 0]))],
    ['base64', `data: ${base64(`id=${KEY}`)}`, /AWS access key id \(encoded in base64\)/],
    ['base64 over lines', base64('text '.repeat(12) + KEY).replace(/(.{20})/g, '$1\n')],
    ['base64 of base64', base64(base64(`some ${KEY}`))],
    ['base64 of UTF-16, as PowerShell takes it', base64(utf16(`$id = ${KEY}`))],
    ['base64 of gzip', base64(gzipSync(KEY))],
    ['hexadecimal', Buffer.from(KEY).toString('hex')],
    ['escapes of JSON', `"${escaped(KEY)}"`, /escaped/],
    ['references of XML', [...KEY].map((c) => `&#${c.charCodeAt(0)};`).join('')],
    ['invisible characters', [...KEY].join('\u200b')],
    ['a disguised archive', gzipSync(KEY)],
    ['text in no Unicode', Buffer.from('caf\xe9', 'latin1'), /Convert it to UTF-8/],
  ])('refuses text with %s and sends nothing', async (_, content, why = /looks like/) => {
    aws.answers({});
    writeFileSync(path.join(workspace, 'leak.md'), content);
    const { refused, text } = await tool.call('publish_file', { path: 'leak.md' });
    expect({ refused, text }).toEqual({ refused: true, text: expect.stringMatching(why) });
    expect(aws.requests).toEqual([]);
  });

  /** A ZIP archive of one entry. Checksums are left out: who searches does not read them. */
  function zip(content: Buffer, { flags = 0, method = 8 } = {}): Buffer {
    const data = method === 8 ? deflateRawSync(content) : content;
    const local = Buffer.alloc(31);
    local.write('PK\x03\x04', 'latin1');
    local.writeUInt16LE(1, 26);
    local.write('a', 30);
    const central = Buffer.alloc(47);
    central.write('PK\x01\x02', 'latin1');
    central.writeUInt16LE(flags, 8);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(data.length, 20);
    central.writeUInt16LE(1, 28);
    central.write('a', 46);
    const end = Buffer.alloc(22);
    end.write('PK\x05\x06', 'latin1');
    end.writeUInt16LE(1, 10);
    end.writeUInt32LE(local.length + data.length, 16);
    return Buffer.concat([local, data, central, end]);
  }
  const secret = Buffer.from(`key: ${KEY}`);
  test.each<[string, string, Buffer, RegExp?]>([
    ['gzip', 'a.gz', gzipSync(secret)],
    ['a ZIP archive', 'a.zip', zip(secret)],
    ['a ZIP archive that compresses nothing', 'a.zip', zip(secret, { method: 0 })],
    ['an archive in an archive', 'a.zip', zip(gzipSync(zip(secret)))],
    ['an encrypted archive', 'a.zip', zip(secret, { flags: 1 }), /encrypted/],
    ['an archive of an unknown method', 'a.zip', zip(secret, { method: 99 }), /not unpacked here/],
    ['a damaged archive', 'a.gz', gzipSync(secret).subarray(0, 20), /damaged/],
    [
      'an archive that grows beyond every limit',
      'a.gz',
      gzipSync(gzipSync(Buffer.alloc(300_000_000))),
      /more than 268435456 bytes/,
    ],
    [
      'too many archives in each other',
      'a.gz',
      [1, 2, 3, 4, 5].reduce((inner) => gzipSync(inner), secret),
      /inside each other/,
    ],
  ])('refuses %s', async (_, name, content, why = /an AWS access key id/) => {
    aws.answers({});
    const large = await ToolUnderTest.start('outputs', aws, { ...SCOPE, BMA_OUTPUT_MAX_FILE_BYTES: '1000000' }, [
      workspace,
    ]);
    writeFileSync(path.join(workspace, name), content);
    const { refused, text } = await large.call('publish_file', { path: name });
    expect({ refused, text }).toEqual({ refused: true, text: expect.stringMatching(why) });
    expect(aws.requests).toEqual([]);
    await large.close();
  });

  test.each([
    [
      'words where credentials would be',
      'password: required\ntoken = getToken(7)\nAPI_KEY=${API_KEY}\nsecret: <your-secret1>',
    ],
    ['references', 'DB_SECRET_ARN=arn:aws:secretsmanager:us-east-1:1:secret:x1\ntokenUrl: https://example.com/v1'],
    ['counts', 'input_tokens: 128000\nmaxTokens=4096000\ntoken_count: 1234567'],
    ['masked values', 'password=********\nsecret: xxxxxxxxx1'],
    ['code', 'const token = secrets.API_KEY_2;\nuser.password = hash(input);\nif (token === other) {}'],
    ['digests and identifiers', `commit ${'0a1b2c3d'.repeat(5)}\nsha256-${base64('0123456789abcdef0123456789abcdef')}`],
    ['an archive without one', gzipSync('plain')],
  ])('publishes %s', async (_, content) => {
    const name = typeof content === 'string' ? 'fine.md' : 'fine.gz';
    writeFileSync(path.join(workspace, name), content);
    aws.answers({ [PUT(`reviewer/${name}`)]: stored });
    expect((await tool.call('publish_file', { path: name })).text).toContain(`reviewer/${name}`);
  });

  test('finds a credential wherever it lies in a long file, and is not held up by a hostile one', async () => {
    const large = await ToolUnderTest.start(
      'outputs',
      aws,
      { ...SCOPE, BMA_OUTPUT_MAX_FILE_BYTES: '2000000', BMA_TOOL_DEADLINE_SECONDS: '60' },
      [workspace],
    );
    const key = `AKIA${'ABCDEFGHIJKLMNOP'}`;
    // Also across the borders of the parts that a long text is searched in.
    for (const before of [0, 8_185, 12_280, 100_000]) {
      writeFileSync(path.join(workspace, 'long.md'), `${'y\n'.repeat(before / 2)}${key}${'\nz'.repeat(50_000)}`);
      const { text } = await large.call('publish_file', { path: 'long.md' });
      expect(text).toContain(`in line ${Math.floor(before / 2) + 1}.`);
    }
    // Quadratic for a search over the whole text.
    // In the middle of a long run of base64, and of hexadecimal digits.
    for (const encoding of ['base64', 'hex'] as const) {
      const encoded = `${'7'.repeat(70_001)}${Buffer.from(` id ${key} `).toString(encoding)}${'7'.repeat(70_001)}`;
      writeFileSync(path.join(workspace, 'long.md'), encoded);
      expect((await large.call('publish_file', { path: 'long.md' })).text).toMatch(/an AWS access key id \(encoded in/);
    }
    writeFileSync(path.join(workspace, 'hostile.md'), 'eyJ-'.repeat(40_000));
    aws.answers({ [PUT('reviewer/hostile.md')]: stored });
    expect((await large.call('publish_file', { path: 'hostile.md' })).json).toMatchObject({ bytes: 160_000 });
    await large.close();
  });

  test('says so when something was published under the name before', async () => {
    aws.answers({
      [PUT('reviewer/out/report.json')]: () => ({
        status: 412,
        headers: { 'content-type': 'application/xml' },
        body: '<Error><Code>PreconditionFailed</Code><Message>At least one of the pre-conditions you specified did not hold</Message></Error>',
      }),
    });
    const { refused, text } = await tool.call('publish_file', { path: 'out/report.json' });
    expect([refused, text]).toEqual([true, expect.stringContaining('published before and stays as it is')]);
    expect(aws.requests).toHaveLength(1);
  });

  test('replaces when the construct permits it and the call asks for it', async () => {
    const scope = { ...SCOPE, BMA_OUTPUT_OVERWRITE: 'when-asked' };
    const replacing = await ToolUnderTest.start('outputs', aws, scope, [workspace]);
    aws.answers({ [PUT('reviewer/out/report.json')]: stored });
    await replacing.call('publish_file', { path: 'out/report.json', overwrite: true });
    await replacing.call('publish_file', { path: 'out/report.json' });
    expect(aws.requests.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '*']);
    await replacing.close();
  });

  test('reports a bucket of somebody else as a denial', async () => {
    aws.answers({ [PUT('reviewer/out/report.json')]: () => failure('AccessDenied', 'x', 403) });
    expect((await tool.call('publish_file', { path: 'out/report.json' })).text).toContain('not permitted');
  });
});

test.each([
  ['BMA_OUTPUT_BUCKET', ''],
  ['BMA_OUTPUT_PREFIX', 'reviewer'],
  ['BMA_OUTPUT_FILE_TYPES', 'json,exe'],
  ['BMA_OUTPUT_OVERWRITE', 'yes'],
  ['BMA_OUTPUT_BUCKET_OWNER', ''],
])('the server does not start when %s is %j', async (name, value) => {
  const start = ToolUnderTest.start('outputs', aws, { ...SCOPE, [name]: value }, [workspace]);
  await expect(start).rejects.toThrow(/closed/i);
});
