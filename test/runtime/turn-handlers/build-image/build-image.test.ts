/** The function as it is deployed, with its own SDK clients, against stand-ins of CodeBuild, ECR and CloudFormation. */
import path from 'node:path';
import { LoopbackServer } from '../../../../local/stand-ins/loopback-server';
import { builtImage } from '../../../../runtime/turn-handlers/build-image/build';
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { ECRClient } from '@aws-sdk/client-ecr';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const PROPERTIES = { ProjectName: 'Build', RepositoryName: 'agents', ImageTag: 'f00d' };

/** Statuses that the next looks at the build show; the image is there once one is SUCCEEDED. */
let statuses: string[];
let pushed: boolean;
let calls: { target: string; body: Record<string, unknown> }[];
let answers: { headers: Record<string, unknown>; body: Record<string, unknown> }[];

function build() {
  const buildStatus = statuses.length > 1 ? statuses.shift()! : statuses[0];
  if (buildStatus === 'SUCCEEDED') pushed = true;
  return {
    id: 'Build:1',
    buildStatus,
    logs: { deepLink: 'https://console.aws.amazon.com/log' },
    phases:
      buildStatus === 'FAILED'
        ? [{ phaseType: 'BUILD', phaseStatus: 'FAILED', contexts: [{ message: 'exit status 1' }] }]
        : [],
  };
}

const server = new LoopbackServer(({ method, headers, body: bytes }) => {
  const body = JSON.parse(bytes.toString() || '{}') as Record<string, unknown>;
  if (method === 'PUT') {
    answers.push({ headers, body });
    return { status: 200 };
  }
  const target = String(headers['x-amz-target']).split('.').pop()!;
  calls.push({ target, body });
  if (target === 'StartBuild') return { status: 200, body: { build: build() } };
  if (target === 'BatchGetBuilds') return { status: 200, body: { builds: [build()] } };
  if (pushed) return { status: 200, body: { imageDetails: [{ imageDigest: DIGEST }] } };
  return { status: 400, body: { __type: 'ImageNotFoundException', message: 'no such image' } };
});
beforeAll(() => server.start());
afterAll(() => server.close());
beforeEach(() => {
  [statuses, pushed, calls, answers] = [['SUCCEEDED'], false, [], []];
});

const configuration = () => ({
  endpoint: server.url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
});
const parts = (timeLeft = 900_000) => ({
  codeBuild: new CodeBuildClient(configuration()),
  registry: new ECRClient(configuration()),
  pause: () => Promise.resolve(),
  timeLeft: () => timeLeft,
});
const starts = () => calls.filter(({ target }) => target === 'StartBuild');

test('an image that the repository has is not built again', async () => {
  pushed = true;
  expect(await builtImage(PROPERTIES, 'r', parts())).toEqual({ Digest: DIGEST });
  expect(starts()).toEqual([]);
});

test('a build is followed to its end, and the digest is what the registry says', async () => {
  statuses = ['IN_PROGRESS', 'IN_PROGRESS', 'SUCCEEDED'];
  expect(await builtImage(PROPERTIES, 'r', parts())).toEqual({ Digest: DIGEST });
  expect(calls.map(({ target }) => target)).toEqual([
    'DescribeImages',
    'StartBuild',
    'BatchGetBuilds',
    'BatchGetBuilds',
    'DescribeImages',
  ]);
});

test('a repeated call of the same deployment starts no second build', async () => {
  await builtImage(PROPERTIES, 'same', parts());
  pushed = false;
  await builtImage(PROPERTIES, 'same', parts());
  const tokens = starts().map(({ body }) => body.idempotencyToken);
  expect(new Set(tokens).size).toBe(1);
  expect(String(tokens[0]).length).toBeLessThanOrEqual(64);
});

test.each(['FAILED', 'FAULT', 'TIMED_OUT', 'STOPPED'])(
  'a build that ended as %s fails the deployment',
  async (status) => {
    statuses = ['IN_PROGRESS', status];
    await expect(builtImage(PROPERTIES, 'r', parts())).rejects.toThrow(
      status === 'FAILED'
        ? 'The build Build:1 ended as FAILED in phase BUILD: exit status 1 (log: https://console.aws.amazon.com/log)'
        : `ended as ${status}`,
    );
  },
);

test('a build that outlives the function is an error, not a timeout without an answer', async () => {
  statuses = ['IN_PROGRESS'];
  await expect(builtImage(PROPERTIES, 'r', parts(10_000))).rejects.toThrow(/has not finished in time/);
});

describe('the bundled function', () => {
  const event = { StackId: 's', RequestId: 'r', LogicalResourceId: 'Image', ResourceProperties: PROPERTIES };
  const environment = process.env;
  let handler: (event: object, context: object) => Promise<void>;

  beforeAll(() => {
    process.env = {
      ...environment,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 'b',
      AWS_ENDPOINT_URL: server.url,
    };
    jest.isolateModules(() => {
      ({ handler } = jest.requireActual<{ handler: typeof handler }>(path.resolve('assets/handlers/build-image.js')));
    });
  });
  afterAll(() => {
    process.env = environment;
  });
  const invoke = (more: object) =>
    handler({ ...event, ResponseURL: `${server.url}/answer`, ...more }, { getRemainingTimeInMillis: () => 900_000 });

  test('answers CloudFormation with the digest', async () => {
    await invoke({ RequestType: 'Create' });
    expect(answers).toHaveLength(1);
    expect(answers[0].body).toEqual({
      Status: 'SUCCESS',
      PhysicalResourceId: 'agents:f00d',
      Data: { Digest: DIGEST },
      StackId: 's',
      RequestId: 'r',
      LogicalResourceId: 'Image',
    });
    expect(answers[0].headers['content-type']).toBeFalsy();
  });

  test('answers a failure with its reason, cut to what CloudFormation takes', async () => {
    statuses = ['FAILED'];
    await invoke({ RequestType: 'Create' });
    expect(answers[0].body).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'Image-not-created' });
    expect(String(answers[0].body.Reason)).toContain('exit status 1');
    expect(JSON.stringify(answers[0].body).length).toBeLessThan(4096);
  });

  test('a deletion calls nothing: a rolled-back deployment may still need the image', async () => {
    await invoke({ RequestType: 'Delete', PhysicalResourceId: 'agents:f00d' });
    expect(answers[0].body).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'agents:f00d' });
    expect(calls).toEqual([]);
  });
});
