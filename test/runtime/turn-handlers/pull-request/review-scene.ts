/** A bundled function with its variables, the objects that it reads and writes, and the turn of its input. */
import * as path from 'path';
import { createHash } from 'crypto';
import { type LoopbackAnswer, LoopbackServer } from '../../../../local/stand-ins/loopback-server';

/** As the construct writes it by default, with one more author. */
export const POLICY = {
  drafts: false,
  bots: true,
  skippedAuthors: ['Release-Robot', 'user/release-robot'],
  ignoredPaths: ['**/package-lock.json', '**/*.min.js'],
};

export const AGENT = 'payments_reviewer';

/** Amazon S3 and Secrets Manager on loopback, as far as the functions use them. */
export class Stores {
  public readonly objects = new Map<string, Buffer>();
  public secret = '';
  public secretReads = 0;
  private readonly server = new LoopbackServer(({ method, url, headers, body }): LoopbackAnswer => {
    if (headers['x-amz-target'] === 'secretsmanager.GetSecretValue') {
      this.secretReads += 1;
      const type = { 'content-type': 'application/x-amz-json-1.1' };
      return { status: 200, headers: type, body: { ARN: 'arn', SecretString: this.secret } };
    }
    const key = decodeURIComponent(url.pathname);
    if (method === 'PUT') {
      this.objects.set(key, body);
      return { status: 200, headers: { etag: `"${createHash('md5').update(body).digest('hex')}"` }, body: '' };
    }
    const object = this.objects.get(key);
    if (!object) {
      return {
        status: 404,
        headers: { 'content-type': 'application/xml' },
        body: '<Error><Code>NoSuchKey</Code></Error>',
      };
    }
    return { status: 200, body: object };
  });

  public start(): Promise<void> {
    return this.server.start();
  }

  public get url(): string {
    return this.server.url;
  }

  public close(): Promise<void> {
    return this.server.close();
  }

  public json(file: string, turn = 'turn-1'): any {
    return JSON.parse(this.objects.get(`/material/staged/${turn}/${file}`)!.toString('utf8'));
  }

  public files(): string[] {
    return [...this.objects.keys()].map((key) => key.replace('/material/', ''));
  }
}

/** Loads a bundle again, as Lambda does at a cold start. */
export function coldStart<Payload, Answer>(
  name: string,
  variables: Record<string, string>,
): (payload: Payload) => Promise<Answer> {
  const environment = process.env;
  process.env = {
    ...environment,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    AWS_SESSION_TOKEN: 'session-token',
    AWS_MAX_ATTEMPTS: '1',
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    BMA_S3_PATH_STYLE: 'true',
    BMA_AGENT_NAME: AGENT,
    BMA_MATERIAL_BUCKET: 'material',
    BMA_FORKS: 'skip',
    BMA_REVIEW_POLICY: JSON.stringify(POLICY),
    BMA_MAX_CHANGED_FILES: '300',
    BMA_MAX_CHANGE_BYTES: String(2 * 1024 * 1024),
    ...variables,
  };
  let handler: (payload: Payload) => Promise<Answer>;
  try {
    jest.isolateModules(() => {
      const file = path.join(__dirname, '../../../../assets/handlers', `${name}.js`);
      ({ handler } = jest.requireActual<{ handler: typeof handler }>(file));
    });
  } finally {
    // A function reads its environment when it is loaded. The SDK reads endpoints later.
    process.env = { ...environment, ...pick(process.env, /^(AWS_|BMA_|S3_|GITHUB_)/) };
  }
  return handler!;
}

function pick(from: NodeJS.ProcessEnv, names: RegExp): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.test(name)));
}

/** The turn that a trigger starts, as staging and delivery receive it. */
export function turnAbout(subject: Record<string, string>, name = 'turn-1'): any {
  return { name, detail: { agentName: AGENT, turn: { name }, subject, trigger: { detailType: 'pull_request' } } };
}

export function finding(file: string, line: number, more: object = {}): any {
  return { file, line, severity: 'high', message: 'Amounts of half a cent are rounded down.', ...more };
}

export function review(findings: object[], summary = 'One defect.'): any {
  return { format: 'review/1', summary, findings };
}

export const output = (document: unknown): any => [
  { text: typeof document === 'string' ? document : JSON.stringify(document) },
];
