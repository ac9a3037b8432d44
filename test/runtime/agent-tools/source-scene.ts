/** What the `source` server works on in its tests: repositories, an S3 with objects, archives of every kind. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import S3rver from 's3rver';
import { DUMMY_ACCOUNT } from 's3rver/lib/models/account';
import { RecordedAws } from '../../../local/stand-ins/recorded-aws';
import { CREDENTIALS, ToolUnderTest } from './tool-under-test';

const IDENTITY = { GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@example.com' };

/** git of the test, without the configuration of the user. */
export const git = (directory: string, ...args: string[]): string => gitReading('', directory, ...args);

export const gitReading = (input: string, directory: string, ...args: string[]): string =>
  execFileSync('git', args, {
    cwd: directory,
    encoding: 'utf8',
    input,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      GIT_CONFIG_NOSYSTEM: '1',
      ...IDENTITY,
      GIT_COMMITTER_NAME: 'A',
      GIT_COMMITTER_EMAIL: 'a@example.com',
    },
  }).trim();

/** Every file below a directory with its content. */
export function contents(directory: string): Record<string, string> {
  const files = readdirSync(directory, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const file = path.join(parentPath, name);
      return [path.relative(directory, file), readFileSync(file, 'latin1')];
    }),
  );
}

export class SourceScene {
  public static async start(): Promise<SourceScene> {
    const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'bma-source-')));
    mkdirSync(path.join(root, 's3'));
    DUMMY_ACCOUNT.createKeyPair(CREDENTIALS.AWS_ACCESS_KEY_ID, CREDENTIALS.AWS_SECRET_ACCESS_KEY);
    const bucket = { name: 'source-bucket' };
    const s3 = new S3rver({
      port: 0,
      address: '127.0.0.1',
      silent: true,
      directory: path.join(root, 's3'),
      configureBuckets: [bucket],
    });
    const { port } = await s3.run();
    return new SourceScene(root, await new RecordedAws().start(), s3, `http://127.0.0.1:${port}`);
  }

  private readonly client: S3Client;
  private tools: ToolUnderTest[] = [];
  private made = 0;

  private constructor(
    public readonly root: string,
    public readonly aws: RecordedAws,
    private readonly s3: S3rver,
    public readonly s3Url: string,
  ) {
    this.client = new S3Client({
      region: 'us-east-1',
      endpoint: s3Url,
      forcePathStyle: true,
      credentials: {
        accessKeyId: CREDENTIALS.AWS_ACCESS_KEY_ID,
        secretAccessKey: CREDENTIALS.AWS_SECRET_ACCESS_KEY,
      },
    });
  }

  public async stop(): Promise<void> {
    await Promise.all(this.tools.map((tool) => tool.close()));
    this.client.destroy();
    await this.aws.stop();
    await this.s3.close();
    rmSync(this.root, { recursive: true, force: true });
  }

  public workspace(): string {
    const directory = path.join(this.root, `workspace-${++this.made}`);
    mkdirSync(directory);
    return directory;
  }

  public empty(workspace: string): void {
    for (const name of readdirSync(workspace)) rmSync(path.join(workspace, name), { recursive: true });
  }

  /** Starts a server for a workspace. */
  public async tool(workspace: string, scope: Record<string, string>): Promise<ToolUnderTest> {
    const environment = {
      ...CREDENTIALS,
      PATH: process.env.PATH!,
      AWS_ENDPOINT_URL_S3: this.s3Url,
      BMA_SOURCE_MAX_BYTES: '10000000',
      ...scope,
    };
    const tool = await ToolUnderTest.start('source', this.aws, environment, [workspace]);
    this.tools.push(tool);
    return tool;
  }

  public async put(key: string, body: Buffer | string): Promise<void> {
    await this.client.send(new PutObjectCommand({ Bucket: 'source-bucket', Key: key, Body: body }));
  }

  /** A repository with one commit on main for each of the given sets of files. */
  public repository(...commits: Record<string, string>[]): { directory: string; commits: string[] } {
    const directory = path.join(this.root, `repository-${++this.made}`);
    mkdirSync(directory);
    git(directory, 'init', '--quiet', '--initial-branch=main');
    const shas = commits.map((files) => {
      for (const [name, content] of Object.entries(files)) {
        mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
        writeFileSync(path.join(directory, name), content);
      }
      git(directory, 'add', '--all');
      git(directory, 'commit', '--quiet', '--message=change');
      return git(directory, 'rev-parse', 'HEAD');
    });
    return { directory, commits: shas };
  }
}

export interface TarEntry {
  readonly name: string;
  readonly type?: string;
  readonly target?: string;
  readonly content?: Buffer | string;
  readonly mode?: string;
}

/** A tar archive with exactly these entries, including wrong ones. */
export function tar(...entries: TarEntry[]): Buffer {
  const blocks = entries.flatMap(({ name, type = '0', target = '', content = '', mode = '0000644' }) => {
    const body = Buffer.from(content);
    const header = Buffer.alloc(512);
    header.write(name, 0, 100);
    header.write(`${mode}\0`, 100);
    header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('        ', 148);
    header.write(type, 156);
    header.write(target, 157, 100);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

export const tarGz = (...entries: TarEntry[]): Buffer => gzipSync(tar(...entries));
