/** The bundled `deployments` and `knowledge-base` servers, with real SDK clients against loopback. */
import { type AwsAnswer, type Behaviour, failure, RecordedAws } from '../../../local/stand-ins/recorded-aws';
import { CREDENTIALS, ToolUnderTest } from './tool-under-test';

const WINDOW = { start: '2026-11-23T10:00:00Z', end: '2026-11-23T11:00:00Z' };
const AT = 1795428000;
const AT_ISO = '2026-11-23T10:00:00.000Z';

let aws: RecordedAws;
let deployments: ToolUnderTest;
let knowledge: ToolUnderTest;

beforeAll(async () => {
  aws = await new RecordedAws().start();
  deployments = await ToolUnderTest.start('deployments', aws, {
    ...CREDENTIALS,
    BMA_DEPLOYMENT_GROUPS: 'Shop/Blue',
    BMA_STACKS: 'ShopStack',
    BMA_ECS_SERVICES: 'main/checkout',
    BMA_FUNCTIONS: 'cart,checkout',
    BMA_VERSIONED_FUNCTIONS: 'cart',
    BMA_EVENT_SOURCES: 'lambda.amazonaws.com,ecs.amazonaws.com',
    BMA_MAX_TIME_RANGE_SECONDS: '604800',
  });
  knowledge = await ToolUnderTest.start('knowledge-base', aws, {
    ...CREDENTIALS,
    BMA_KNOWLEDGE_BASE_ID: 'KB12345678',
    BMA_MAX_RESULTS: '10',
  });
});
afterAll(async () => {
  await deployments.close();
  await knowledge.close();
  await aws.stop();
});

const xml = (member: string, next = ''): AwsAnswer => ({
  headers: { 'content-type': 'text/xml' },
  body:
    '<DescribeStackEventsResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStackEventsResult>' +
    `<StackEvents><member>${member}</member></StackEvents>${next}` +
    '</DescribeStackEventsResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DescribeStackEventsResponse>',
});

interface PagedCase {
  readonly tool: string;
  readonly input: Record<string, unknown>;
  /** The paged operation and how it answers the two pages. */
  readonly operation: string;
  readonly pages: [Behaviour, Behaviour];
  readonly others?: Record<string, Behaviour>;
  /** Where the request carries the token of AWS. */
  readonly token: string;
  readonly entries: [unknown[], unknown[]];
  readonly hidden?: string;
}

const event = (name: string, readOnly: string, more: object = {}) => ({
  EventId: name,
  EventName: name,
  EventTime: AT,
  ReadOnly: readOnly,
  Username: 'deployer',
  CloudTrailEvent: JSON.stringify({
    userIdentity: { arn: 'arn:aws:sts::111122223333:assumed-role/Deploy/ci' },
    requestParameters: { environment: { variables: { KEY: 'HIDDEN-PARAMETER' } } },
    ...more,
  }),
  Resources: [{ ResourceType: 'AWS::Lambda::Function', ResourceName: 'cart' }],
});
const change = (name: string, more: object = {}) => ({
  at: AT_ISO,
  event: name,
  id: name,
  user: 'deployer',
  principal: 'arn:aws:sts::111122223333:assumed-role/Deploy/ci',
  ...more,
  resources: [{ type: 'AWS::Lambda::Function', name: 'cart' }],
});

const CASES: PagedCase[] = [
  {
    tool: 'codedeploy_deployments',
    input: { deployment_group: 'Shop/Blue', ...WINDOW },
    operation: 'ListDeployments',
    pages: [
      () => ({ body: { deployments: ['d-1'], nextToken: 'aws-token' } }),
      () => ({ body: { deployments: ['d-2'] } }),
    ],
    others: {
      BatchGetDeployments: ({ input }) => ({
        body: {
          deploymentsInfo: input.deploymentIds.map((deploymentId: string) => ({
            deploymentId,
            status: 'Failed',
            createTime: AT,
            revision: { revisionType: 'String', string: { content: 'HIDDEN-APPSPEC' } },
            errorInformation: { code: 'HEALTH_CONSTRAINTS', message: 'too many unhealthy' },
          })),
        },
      }),
    },
    token: 'nextToken',
    entries: ['d-1', 'd-2'].map((id) => [
      {
        id,
        status: 'Failed',
        created: AT_ISO,
        revision: 'String',
        error: { code: 'HEALTH_CONSTRAINTS', message: 'too many unhealthy' },
      },
    ]) as [unknown[], unknown[]],
    hidden: 'HIDDEN-APPSPEC',
  },
  {
    tool: 'stack_events',
    input: { stack: 'ShopStack' },
    operation: 'DescribeStackEvents',
    pages: [
      () =>
        xml(
          `<LogicalResourceId>Cart</LogicalResourceId><ResourceStatus>UPDATE_FAILED</ResourceStatus><Timestamp>${AT_ISO}</Timestamp>` +
            '<ResourceStatusReason>Internal Failure</ResourceStatusReason><ResourceProperties>{"a":"HIDDEN-PROPERTY"}</ResourceProperties>',
          '<NextToken>aws-token</NextToken>',
        ),
      () => xml('<LogicalResourceId>Queue</LogicalResourceId>'),
    ],
    token: 'NextToken',
    entries: [
      [{ at: AT_ISO, resource: 'Cart', status: 'UPDATE_FAILED', reason: 'Internal Failure' }],
      [{ resource: 'Queue' }],
    ],
    hidden: 'HIDDEN-PROPERTY',
  },
  {
    tool: 'lambda_aliases',
    input: { function: 'checkout' },
    operation: 'GET /2015-03-31/functions/checkout/aliases',
    pages: [
      () => ({
        body: {
          Aliases: [{ Name: 'live', FunctionVersion: '7', RoutingConfig: { AdditionalVersionWeights: { 8: 0.1 } } }],
          NextMarker: 'aws-token',
        },
      }),
      () => ({ body: { Aliases: [{ Name: 'next', FunctionVersion: '8' }] } }),
    ],
    token: 'Marker',
    entries: [[{ alias: 'live', version: '7', also: { 8: 0.1 } }], [{ alias: 'next', version: '8' }]],
  },
  {
    tool: 'lambda_versions',
    input: { function: 'cart' },
    operation: 'GET /2015-03-31/functions/cart/versions',
    pages: [
      () => ({
        body: {
          Versions: [{ Version: '7', CodeSha256: 'abc=', Environment: { Variables: { DATABASE: 'HIDDEN-VARIABLE' } } }],
          NextMarker: 'aws-token',
        },
      }),
      () => ({ body: { Versions: [{ Version: '8', CodeSha256: 'def=' }] } }),
    ],
    token: 'Marker',
    entries: [[{ version: '7', code_sha256: 'abc=' }], [{ version: '8', code_sha256: 'def=' }]],
    hidden: 'HIDDEN-VARIABLE',
  },
  {
    tool: 'change_events',
    input: { event_source: 'lambda.amazonaws.com', ...WINDOW },
    operation: 'LookupEvents',
    pages: [
      () => ({
        body: {
          Events: [event('UpdateFunctionCode', 'false'), event('ListFunctions', 'true')],
          NextToken: 'aws-token',
        },
      }),
      () => ({ body: { Events: [event('DeleteFunction', 'false', { errorCode: 'AccessDenied' })] } }),
    ],
    token: 'NextToken',
    entries: [[change('UpdateFunctionCode')], [change('DeleteFunction', { error: 'AccessDenied' })]],
    hidden: 'HIDDEN-PARAMETER',
  },
];

describe('deployments', () => {
  test('offers one tool per kind that is in scope', async () => {
    expect((await deployments.toolNames()).sort()).toEqual([...CASES.map(({ tool }) => tool), 'ecs_service'].sort());
    const narrow = await ToolUnderTest.start('deployments', aws, {
      BMA_STACKS: 'ShopStack',
      BMA_MAX_TIME_RANGE_SECONDS: '60',
    });
    expect(await narrow.toolNames()).toEqual(['stack_events']);
    await narrow.close();
  });

  test.each(CASES.map((row) => [row.tool, row] as const))('%s answers page by page', async (_, row) => {
    aws.answers({ [row.operation]: (request, nth) => row.pages[nth](request, nth), ...row.others });
    const first = await deployments.call(row.tool, row.input);
    expect(first.text).not.toMatch(new RegExp(`aws-token|${row.hidden ?? 'aws-token'}`));
    expect(first.json).toEqual({ entries: row.entries[0], next_page: expect.stringMatching(/^page-\d+$/) });
    const second = await deployments.call(row.tool, { ...row.input, page: first.json.next_page });
    expect(second.json).toEqual({ entries: row.entries[1] });
    expect(aws.of(row.operation).map(({ input }) => input[row.token])).toEqual([undefined, 'aws-token']);
  });

  test('a long list of deployments is fetched in batches that CodeDeploy takes', async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `d-${index}`);
    aws.answers({
      ListDeployments: () => ({ body: { deployments: ids } }),
      BatchGetDeployments: ({ input }) => ({
        body: { deploymentsInfo: input.deploymentIds.map((deploymentId: string) => ({ deploymentId })) },
      }),
    });
    const { json } = await deployments.call('codedeploy_deployments', { deployment_group: 'Shop/Blue', ...WINDOW });
    expect(json.entries.map(({ id }: { id: string }) => id)).toEqual(ids);
    expect(aws.of('BatchGetDeployments').map(({ input }) => input.deploymentIds.length)).toEqual([25, 25, 10]);
  });

  test('ecs_service shows the service with its first page of deployments, then only deployments', async () => {
    aws.answers({
      DescribeServices: () => ({
        body: {
          services: [
            {
              status: 'ACTIVE',
              desiredCount: 2,
              runningCount: 1,
              taskDefinition: 'arn:td:8',
              deployments: [{ status: 'PRIMARY', rolloutState: 'FAILED', failedTasks: 3, createdAt: AT }],
              events: Array.from({ length: 100 }, (_, index) => ({ message: `event ${index}`, createdAt: AT })),
            },
          ],
        },
      }),
      ListServiceDeployments: (_, nth) => ({
        body: { serviceDeployments: [{ status: `S${nth}` }], ...(nth === 0 ? { nextToken: 'aws-token' } : {}) },
      }),
    });
    const { json } = await deployments.call('ecs_service', { service: 'main/checkout' });
    expect(json).toMatchObject({
      desired: 2,
      running: 1,
      rollouts: [{ status: 'PRIMARY', rollout: 'FAILED', failed_tasks: 3, created: AT_ISO }],
      service_deployments: { entries: [{ status: 'S0' }] },
    });
    expect(json.events).toHaveLength(25);
    const { next_page } = json.service_deployments;
    const next = await deployments.call('ecs_service', { service: 'main/checkout', page: next_page });
    expect(next.json).toEqual({ service_deployments: { entries: [{ status: 'S1' }] } });
    expect(aws.of('DescribeServices').map(({ input }) => input)).toEqual([{ cluster: 'main', services: ['checkout'] }]);
  });

  test('ecs_service says when there is no such service', async () => {
    aws.answers({
      DescribeServices: () => ({ body: { services: [], failures: [{ reason: 'MISSING' }] } }),
      ListServiceDeployments: () => ({ body: {} }),
    });
    const { refused, text } = await deployments.call('ecs_service', { service: 'main/checkout' });
    expect([refused, text]).toEqual([true, expect.stringContaining('MISSING')]);
  });

  test.each([
    ['codedeploy_deployments', { deployment_group: 'Shop/Green', ...WINDOW }],
    ['codedeploy_deployments', { deployment_group: 'Shop', ...WINDOW }],
    ['stack_events', { stack: 'ShopStack2' }],
    ['stack_events', { stack: 'arn:aws:cloudformation:us-east-1:111122223333:stack/ShopStack/x' }],
    ['ecs_service', { service: 'main/payments' }],
    ['lambda_aliases', { function: 'payments' }],
    ['lambda_aliases', { function: 'cart:live' }],
    ['lambda_versions', { function: 'checkout' }],
    ['change_events', { event_source: 'iam.amazonaws.com', ...WINDOW }],
  ])('%s refuses what is out of scope: %j', async (name, input) => {
    aws.answers({});
    expect(await deployments.call(name, input)).toMatchObject({
      refused: true,
      text: expect.stringContaining('out of scope'),
    });
    expect(aws.requests).toEqual([]);
  });

  test.each([
    ['change_events', { event_source: 'lambda.amazonaws.com', start: '2026-11-01T00:00:00Z', end: WINDOW.end }],
    ['codedeploy_deployments', { deployment_group: 'Shop/Blue', start: WINDOW.end, end: WINDOW.start }],
    ['stack_events', {}],
    ['stack_events', { stack: 'ShopStack', all: true }],
  ])('%s refuses bad input: %j', async (name, input) => {
    aws.answers({});
    expect((await deployments.call(name, input)).refused).toBe(true);
    expect(aws.requests).toEqual([]);
  });

  test('entries that do not fit into one answer are counted', async () => {
    const Aliases = Array.from({ length: 50 }, (_, index) => ({ Name: `a${index}`, Description: 'd'.repeat(3000) }));
    aws.answers({ 'GET /2015-03-31/functions/cart/aliases': () => ({ body: { Aliases } }) });
    const { json, text } = await deployments.call('lambda_aliases', { function: 'cart' });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(64 * 1024);
    expect(json.entries.length + json.omitted).toBe(50);
    expect(json.entries.length).toBeGreaterThan(10);
  });
});

describe('knowledge-base', () => {
  const RETRIEVE = 'POST /knowledgebases/KB12345678/retrieve';
  const passage = (text: string) => ({
    content: { type: 'TEXT', text },
    location: { type: 'S3', s3Location: { uri: 's3://runbooks/restart.md' } },
    score: 0.87,
    metadata: { owner: 'HIDDEN-METADATA' },
  });

  test('retrieves passages with source and score, page by page', async () => {
    aws.answers({
      [RETRIEVE]: (_, nth) => ({
        body: { retrievalResults: [passage(`step ${nth}`)], ...(nth === 0 ? { nextToken: 'aws-token' } : {}) },
      }),
    });
    const first = await knowledge.call('retrieve', { query: 'how to restart checkout', results: 3 });
    expect(first.json).toEqual({
      entries: [{ source: 's3://runbooks/restart.md', score: 0.87, text: 'step 0' }],
      next_page: expect.any(String),
    });
    const input = { query: 'how to restart checkout', results: 3, page: first.json.next_page };
    expect((await knowledge.call('retrieve', input)).json.entries[0].text).toBe('step 1');
    expect(aws.requests[0].input).toEqual({
      retrievalQuery: { text: 'how to restart checkout' },
      retrievalConfiguration: { vectorSearchConfiguration: { numberOfResults: 3 } },
    });
    expect(aws.requests[1].input.nextToken).toBe('aws-token');
  });

  test('removes credentials that somebody wrote into a runbook', async () => {
    const secret = `AKIA${'ABCDEFGHIJKLMNOP'}`;
    aws.answers({ [RETRIEVE]: () => ({ body: { retrievalResults: [passage(`use ${secret}`)] } }) });
    const { text } = await knowledge.call('retrieve', { query: 'access' });
    expect(text).toContain('[removed: an AWS access key id]');
    expect(text).not.toContain(secret);
  });

  test.each([
    ['another knowledge base', { query: 'x', knowledge_base_id: 'OTHER00000' }],
    ['an empty question', { query: '' }],
    ['a question over a thousand characters', { query: 'x'.repeat(1001) }],
    ['more passages than allowed', { query: 'x', results: 11 }],
    ['a filter', { query: 'x', filter: {} }],
  ])('refuses %s', async (_, input) => {
    aws.answers({});
    expect((await knowledge.call('retrieve', input)).refused).toBe(true);
    expect(aws.requests).toEqual([]);
  });

  test('reports a denial as one', async () => {
    aws.answers({ [RETRIEVE]: () => failure('AccessDeniedException', 'no', 403) });
    expect((await knowledge.call('retrieve', { query: 'x' })).text).toContain('not permitted');
  });
});
