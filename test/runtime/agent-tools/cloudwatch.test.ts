/** The bundled `cloudwatch` server, spoken to by the MCP SDK's client, with real SDK clients against loopback. */
import { type Behaviour, failure, RecordedAws } from '../../../local/stand-ins/recorded-aws';
import { CREDENTIALS, OWN_SECRET, ToolUnderTest } from './tool-under-test';

const WINDOW = { start: '2026-11-23T10:00:00Z', end: '2026-11-23T11:00:00Z' };
const SCOPE = {
  ...CREDENTIALS,
  BMA_LOG_GROUPS: '/app/checkout,/app/cart',
  BMA_METRIC_NAMESPACES: 'AWS/Lambda,Shop Metrics',
  BMA_ALARMS: 'checkout-errors\ncart-latency',
  BMA_MAX_TIME_RANGE_SECONDS: '86400',
  BMA_MAX_SCANNED_BYTES: '1000000',
  BMA_MAX_RESULTS: '5000',
};

const row = (fields: Record<string, string>) => Object.entries(fields).map(([field, value]) => ({ field, value }));
const complete = (rows: Record<string, string>[], bytesScanned = 10): Behaviour => {
  return () => ({
    body: { status: 'Complete', results: rows.map(row), statistics: { bytesScanned, recordsMatched: 7 } },
  });
};
const started: Behaviour = () => ({ body: { queryId: 'q-1' } });
const ok: Behaviour = () => ({ body: { success: true } });

let aws: RecordedAws;
let tool: ToolUnderTest;

beforeAll(async () => {
  aws = await new RecordedAws().start();
  tool = await ToolUnderTest.start('cloudwatch', aws, SCOPE);
});
afterAll(async () => {
  await tool.close();
  await aws.stop();
});

async function eventually(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 4_000 && !holds(); tries++) await new Promise((resolve) => setTimeout(resolve, 25));
  expect(holds()).toBe(true);
}

describe('the server', () => {
  test('offers its tools with strict schemas and as read-only', async () => {
    const { tools } = await tool.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'query_logs',
      'query_rows',
      'metric_data',
      'alarms',
      'alarm_history',
    ]);
    for (const { inputSchema, annotations } of tools) {
      expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
      expect(annotations).toEqual({ readOnlyHint: true, openWorldHint: false });
    }
  });

  test('offers only the tools that its scope has something for', async () => {
    const narrow = await ToolUnderTest.start('cloudwatch', aws, { ...SCOPE, BMA_LOG_GROUPS: '', BMA_ALARMS: '' });
    expect(await narrow.toolNames()).toEqual(['metric_data']);
    await narrow.close();
  });

  test.each([
    ['BMA_MAX_TIME_RANGE_SECONDS', 'a day'],
    ['BMA_MAX_RESULTS', '10001'],
    ['BMA_MAX_SCANNED_BYTES', ''],
    ['BMA_TOOL_DEADLINE_SECONDS', '0'],
  ])('does not start when %s is %j', async (name, value) => {
    await expect(ToolUnderTest.start('cloudwatch', aws, { ...SCOPE, [name]: value })).rejects.toThrow(/closed/i);
  });

  test('asks the metadata service of the microVM for credentials when the environment has none', async () => {
    const role = { Code: 'Success', AccessKeyId: 'FROMTHEMETADATA00001', SecretAccessKey: 'x', Token: 'y' };
    const path = '/latest/meta-data/iam/security-credentials/';
    aws.answers({
      'PUT /latest/api/token': () => ({ body: 'token', headers: { 'content-type': 'text/plain' } }),
      [`GET ${path}`]: () => ({ body: 'execution-role', headers: { 'content-type': 'text/plain' } }),
      [`GET ${path}execution-role`]: () => ({ body: { ...role, Expiration: '2099-01-01T00:00:00Z' } }),
      DescribeAlarms: () => ({ body: { MetricAlarms: [] } }),
    });
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, ...without } = SCOPE;
    const onAgentCore = await ToolUnderTest.start('cloudwatch', aws, {
      ...without,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: aws.url,
    });
    expect((await onAgentCore.call('alarms', {})).refused).toBe(false);
    expect(aws.of('DescribeAlarms')[0].headers.authorization).toContain('Credential=FROMTHEMETADATA00001/');
    expect(aws.of(`GET ${path}`)[0].headers['x-aws-ec2-metadata-token']).toBe('token');
    expect([AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN]).not.toContain(undefined);
    await onAgentCore.close();
  });
});

describe('query_logs', () => {
  test('waits for the rows of a query over the log groups in scope', async () => {
    aws.answers({
      StartQuery: started,
      GetQueryResults: (request, nth) =>
        nth === 0
          ? { body: { status: 'Running', results: [] } }
          : complete([{ '@timestamp': '2026-11-23 10:01:00.000', '@message': 'boom', '@ptr': 'abc' }])(request, nth),
    });
    const { json } = await tool.call('query_logs', { query: 'fields @message', ...WINDOW });
    expect(json).toEqual({
      result: expect.stringMatching(/^result-\d+$/),
      rows: [{ '@timestamp': '2026-11-23 10:01:00.000', '@message': 'boom' }],
      total_rows: 1,
      scanned_bytes: 10,
      matched_records: 7,
    });
    expect(aws.of('StartQuery')[0].input).toEqual({
      queryLanguage: 'CWLI',
      logGroupNames: ['/app/checkout', '/app/cart'],
      queryString: 'fields @message',
      startTime: 1795428000,
      endTime: 1795431600,
      limit: 100,
    });
    expect(aws.of('StartQuery')[0].headers.authorization).toMatch(/us-east-1\/logs\/aws4_request/);
    expect(aws.of('StopQuery')).toEqual([]);
  });

  test.each([
    ['a log group out of scope', { log_groups: ['/app/payments'] }, /out of scope/],
    [
      'a log group in and one out of scope',
      { log_groups: ['/app/cart', '/app/cart2'] },
      /'\/app\/cart2' is out of scope/,
    ],
    ['SOURCE in the query', { query: "SOURCE logGroups(namePrefix: ['/']) | fields @message" }, /SOURCE/],
    ['SOURCE over lines', { query: 'fields @message | join (\nsource\n  logGroups()\n)' }, /SOURCE/],
    ['SOURCE behind a comment', { query: 'source # x\nlogGroups()' }, /SOURCE/],
    ['SOURCE behind a pipe', { query: 'fields @message | Source logGroups()' }, /SOURCE/],
    [
      'SOURCE in a query inside a join',
      { query: 'join type=left a where a.x = b.x (SOURCE logGroups() | limit 1)' },
      /SOURCE/,
    ],
    ['SOURCE without brackets', { query: 'join SOURCE logGroups() on x' }, /SOURCE/],
    ['SOURCE of an unknown form', { query: 'source "all"' }, /SOURCE/],
    ['SOURCE behind an open quotation', { query: 'filter @message like "x | SOURCE logGroups()' }, /SOURCE/],
    [
      'SOURCE behind a string that may have ended',
      { query: "filter x = 'a\\' | SOURCE logGroups() | filter y = 'b'" },
      /SOURCE/,
    ],
    ['SOURCE behind a division', { query: 'stats sum(a) / 2 as b | SOURCE logGroups() | stats max(b) / 2' }, /SOURCE/],
    [
      'SOURCE behind a comment with a quotation mark',
      { query: "fields a # don't\n| SOURCE logGroups() # isn't" },
      /SOURCE/,
    ],
    ['SOURCE with data sources', { query: 'SOURCE dataSource(["aws_waf"])' }, /SOURCE/],
    ['a range over the budget', { start: '2026-11-20T00:00:00Z' }, /at most 86400/],
    ['an end before the start', { end: '2026-11-23T09:00:00Z' }, /later than start/],
    ['a time without offset', { start: '2026-11-23T10:00:00' }, /start/],
    ['too many rows', { limit: 5001 }, /limit/],
    ['an empty list of groups', { log_groups: [] }, /log_groups/],
    ['a query that is not a text', { query: 7 }, /query/],
    ['an unknown member', { region: 'eu-west-1' }, /region/i],
  ])('refuses %s and asks AWS nothing', async (_, input, why) => {
    aws.answers({ StartQuery: started });
    const { refused, text } = await tool.call('query_logs', { query: 'fields @message', ...WINDOW, ...input });
    expect({ refused, text }).toEqual({ refused: true, text: expect.stringMatching(why) });
    expect(aws.requests).toEqual([]);
  });

  test.each([
    'filter source = "shop"',
    'stats count(*) by source',
    'fields source, @message',
    'filter eventSource like /x/',
    'filter (source = "shop" or source like /web/)',
    'filter @message like "source ip"',
    "filter @message like 'refused: source address of SOURCE logGroups()'",
    'filter @message like /source ip | source logGroups\\(/',
    'parse @message /source (?<ip>\\S+)/ | stats count(*) by ip',
    "parse @message 'source * port *' as source, port | display source",
    'stats count(*) as `source ip` by source | sort source desc',
    'fields @timestamp # the source ip is in @message\n| limit 5',
    'fields source.ip, @source, source_ip',
    'filter not (source in ["a", "b"])',
    "filter message = 'it\\'s the source ip'",
  ])('takes fields and text for what they are: %s', async (query) => {
    aws.answers({ StartQuery: started, GetQueryResults: complete([]) });
    expect((await tool.call('query_logs', { query, ...WINDOW })).refused).toBe(false);
  });

  test('pages through rows that do not fit into one answer', async () => {
    const rows = Array.from({ length: 300 }, (_, index) => ({ '@message': `${index} ${'x'.repeat(900)}` }));
    aws.answers({ StartQuery: started, GetQueryResults: complete(rows) });
    let { json } = await tool.call('query_logs', { query: 'fields @message', limit: 300, ...WINDOW });
    const seen: { '@message': string }[] = [...json.rows];
    let answers = 1;
    while (json.next_row !== undefined) {
      const next = await tool.call('query_rows', { result: json.result, first_row: json.next_row });
      expect(Buffer.byteLength(next.text)).toBeLessThanOrEqual(64 * 1024);
      json = next.json;
      seen.push(...json.rows);
      answers += 1;
    }
    expect(seen).toEqual(rows);
    expect(answers).toBeGreaterThan(3);
    expect(aws.of('StartQuery')).toHaveLength(1);
  });

  test('shows rows of its own queries only', async () => {
    const { refused, text } = await tool.call('query_rows', { result: 'result-999', first_row: 0 });
    expect([refused, text]).toEqual([true, expect.stringContaining('Run it again')]);
  });

  test('keeps to its limit even when the query asks for more', async () => {
    aws.answers({ StartQuery: started, GetQueryResults: complete([{ a: '1' }, { a: '2' }, { a: '3' }]) });
    const { json } = await tool.call('query_logs', { query: 'limit 10000', limit: 2, ...WINDOW });
    expect(json.rows).toHaveLength(2);
  });

  test('cuts a message of a megabyte and says so', async () => {
    aws.answers({ StartQuery: started, GetQueryResults: complete([{ '@message': 'y'.repeat(1_000_000) }]) });
    const { json, text } = await tool.call('query_logs', { query: 'fields @message', ...WINDOW });
    expect(json.rows[0]['@message']).toMatch(/^y{4000}… \[1000000 characters in full\]$/);
    expect(text.length).toBeLessThan(10_000);
  });

  test('stops a query that scans more than the budget', async () => {
    aws.answers({
      StartQuery: started,
      GetQueryResults: () => ({ body: { status: 'Running', statistics: { bytesScanned: 2_000_000 } } }),
      StopQuery: ok,
    });
    const { refused, text } = await tool.call('query_logs', { query: 'fields @message', ...WINDOW });
    expect([refused, text]).toEqual([true, expect.stringContaining('the budget is 1000000')]);
    expect(aws.of('StopQuery').map(({ input }) => input)).toEqual([{ queryId: 'q-1' }]);
  });

  test('stops the query when the deadline is over', async () => {
    const hasty = await ToolUnderTest.start('cloudwatch', aws, { ...SCOPE, BMA_TOOL_DEADLINE_SECONDS: '1' });
    aws.answers({ StartQuery: started, GetQueryResults: () => ({ body: { status: 'Running' } }), StopQuery: ok });
    const { refused, text } = await hasty.call('query_logs', { query: 'fields @message', ...WINDOW });
    expect([refused, text]).toEqual([true, expect.stringContaining('longer than 1 seconds')]);
    expect(aws.of('StopQuery')).toHaveLength(1);
    await hasty.close();
  });

  test('stops the query when the caller gives up', async () => {
    aws.answers({ StartQuery: started, GetQueryResults: () => ({ body: { status: 'Running' } }), StopQuery: ok });
    const caller = new AbortController();
    const call = tool.call('query_logs', { query: 'fields @message', ...WINDOW }, caller.signal);
    const outcome = call.catch((error: Error) => error);
    await eventually(() => aws.of('GetQueryResults').length > 0);
    caller.abort();
    expect(await outcome).toBeInstanceOf(Error);
    await eventually(() => aws.of('StopQuery').length === 1);
  });

  test('says how a failed query ended', async () => {
    aws.answers({ StartQuery: started, GetQueryResults: () => ({ body: { status: 'Failed' } }), StopQuery: ok });
    const { refused, text } = await tool.call('query_logs', { query: 'fields @message', ...WINDOW });
    expect([refused, text]).toEqual([true, expect.stringContaining('ended as Failed')]);
  });
});

describe('failures of AWS', () => {
  test('a throttled request is tried three times, then reported as such', async () => {
    aws.answers({ DescribeAlarms: () => failure('ThrottlingException', 'Rate exceeded') });
    const { refused, text } = await tool.call('alarms', {});
    expect([refused, text]).toEqual([true, expect.stringMatching(/throttles.*after 3 attempts/)]);
    expect(aws.of('DescribeAlarms')).toHaveLength(3);
  });

  test('a request that was throttled once succeeds', async () => {
    aws.answers({
      DescribeAlarms: (_, nth) => (nth === 0 ? failure('ThrottlingException') : { body: { MetricAlarms: [] } }),
    });
    expect((await tool.call('alarms', {})).json).toEqual({ entries: [] });
  });

  test('a denial is reported without what the service said about it', async () => {
    aws.answers({ StartQuery: () => failure('AccessDeniedException', 'on arn:aws:logs:…:log-group:/secret/one') });
    const { refused, text } = await tool.call('query_logs', { query: 'fields @message', ...WINDOW });
    expect([refused, text]).toEqual([true, expect.stringContaining('not permitted')]);
    expect(text).not.toContain('/secret/one');
  });

  test('a malformed query is reported with the message of the service', async () => {
    aws.answers({ StartQuery: () => failure('MalformedQueryException', 'unexpected symbol at line 1') });
    const { text } = await tool.call('query_logs', { query: 'fieldz', ...WINDOW });
    expect(text).toContain('unexpected symbol at line 1');
  });
});

describe('credentials in what is read', () => {
  const SECRETS = {
    'an access key': 'AKIA' + 'ABCDEFGHIJKLMNOP',
    'a GitHub token': 'ghp_' + 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4',
    'a JSON Web Token': 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N',
    'the credentials of the tool itself': OWN_SECRET,
    'the session token of the tool itself': CREDENTIALS.AWS_SESSION_TOKEN,
  };
  test.each(Object.entries(SECRETS))('%s is removed', async (_, secret) => {
    aws.answers({ StartQuery: started, GetQueryResults: complete([{ '@message': `before ${secret} after` }]) });
    const { text, json } = await tool.call('query_logs', { query: 'fields @message', ...WINDOW });
    expect(text).not.toContain(secret);
    expect(json.rows[0]['@message']).toMatch(/^before \[removed: .+\] after$/);
  });

  test.each([
    ['password=hunter2secret', 'hunter2secret'],
    ['{"apiKey": "0123456789abcdef", "user": "x"}', '0123456789abcdef'],
    ['{\\"db_password\\":\\"s3cr3tvalue\\"}', 's3cr3tvalue'],
    ['https://user:correcthorse@example.com/', 'correcthorse'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKC\n-----END RSA PRIVATE KEY-----', 'IBAAKC'],
    ['-----BEGIN PRIVATE KEY-----\nMIIEow\ncut off', 'cut off'],
  ])('the value of %j is removed', async (message, secret) => {
    aws.answers({ StartQuery: started, GetQueryResults: complete([{ '@message': message }]) });
    const { text } = await tool.call('query_logs', { query: 'fields @message', ...WINDOW });
    expect(text).toContain('[removed: ');
    expect(text).not.toContain(secret);
  });

  test('a credential across the cut of a long message is not shown in part', async () => {
    const secret = 'ghp_' + 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4';
    aws.answers({
      StartQuery: started,
      GetQueryResults: complete([{ m: 'x '.repeat(1990) + secret + 'y'.repeat(9000) }]),
    });
    expect((await tool.call('query_logs', { query: 'fields m', ...WINDOW })).text).not.toContain('ghp_a1');
  });

  test('also in the error of a service', async () => {
    aws.answers({ DescribeAlarms: () => failure('ValidationError', `bad AKIA${'ABCDEFGHIJKLMNOP'}`) });
    expect((await tool.call('alarms', {})).text).toContain('[removed: an AWS access key id]');
  });
});

describe('metric_data', () => {
  const metrics = [{ namespace: 'Shop Metrics', name: 'Orders', dimensions: { Shop: 'main' }, statistic: 'p99' }];

  test('reads data points, page by page', async () => {
    aws.answers({
      GetMetricData: (_, nth) => ({
        body: {
          MetricDataResults: [
            { Id: 'm0', StatusCode: 'PartialData', Timestamps: [1795428000 - nth * 300], Values: [4 + nth] },
          ],
          ...(nth === 0 ? { NextToken: 'token-of-aws' } : {}),
        },
      }),
    });
    const first = await tool.call('metric_data', { metrics, ...WINDOW });
    expect(first.json.entries).toEqual([
      {
        namespace: 'Shop Metrics',
        name: 'Orders',
        dimensions: { Shop: 'main' },
        statistic: 'p99',
        status: 'PartialData',
        points: [['2026-11-23T10:00:00.000Z', 4]],
      },
    ]);
    expect(first.text).not.toContain('token-of-aws');
    const second = await tool.call('metric_data', { metrics, ...WINDOW, page: first.json.next_page });
    expect(second.json).toEqual({ entries: [expect.objectContaining({ points: [['2026-11-23T09:55:00.000Z', 5]] })] });
    expect(aws.requests.map(({ input }) => input.NextToken)).toEqual([undefined, 'token-of-aws']);
    expect(aws.requests[0].input.MetricDataQueries[0].MetricStat).toMatchObject({ Period: 300, Stat: 'p99' });
  });

  test('a page continues only the request it is of', async () => {
    aws.answers({ GetMetricData: () => ({ body: { MetricDataResults: [], NextToken: 't' } }) });
    const { json } = await tool.call('metric_data', { metrics, ...WINDOW });
    const other = [{ ...metrics[0], name: 'Returns' }];
    const { refused } = await tool.call('metric_data', { metrics: other, ...WINDOW, page: json.next_page });
    expect(refused).toBe(true);
    expect(aws.requests).toHaveLength(1);
  });

  test.each([
    ['a namespace out of scope', { metrics: [{ namespace: 'AWS/Billing', name: 'EstimatedCharges' }] }],
    ['an expression', { metrics: [{ expression: "SEARCH('', 'Sum')" }] }],
    ['another account', { metrics: [{ ...metrics[0], account: '999999999999' }] }],
    ['eleven metrics', { metrics: Array(11).fill(metrics[0]) }],
    ['a period that CloudWatch does not take', { metrics: [{ ...metrics[0], period_seconds: 61 }] }],
    ['a page that was never given', { page: 'page-77' }],
    ['a token of AWS for a page', { page: 'token-of-aws' }],
  ])('refuses %s', async (_, input) => {
    aws.answers({ GetMetricData: () => ({ body: { MetricDataResults: [] } }) });
    expect((await tool.call('metric_data', { metrics, ...WINDOW, ...input })).refused).toBe(true);
    expect(aws.requests).toEqual([]);
  });
});

describe('alarms', () => {
  test('shows the alarms in scope', async () => {
    aws.answers({
      DescribeAlarms: () => ({
        body: {
          MetricAlarms: [
            {
              AlarmName: 'checkout-errors',
              StateValue: 'ALARM',
              StateReason: 'Threshold Crossed',
              StateTransitionedTimestamp: 1795428000,
              Dimensions: [{ Name: 'FunctionName', Value: 'checkout' }],
              AlarmActions: ['arn:aws:sns:us-east-1:111122223333:pager'],
            },
          ],
        },
      }),
    });
    const { json } = await tool.call('alarms', { state: 'ALARM' });
    expect(json.entries).toEqual([
      {
        name: 'checkout-errors',
        state: 'ALARM',
        reason: 'Threshold Crossed',
        since: '2026-11-23T10:00:00.000Z',
        dimensions: { FunctionName: 'checkout' },
      },
    ]);
    expect(aws.requests[0].input).toMatchObject({
      AlarmNames: ['checkout-errors', 'cart-latency'],
      StateValue: 'ALARM',
    });
  });

  test('shows the history of one alarm', async () => {
    const item = { Timestamp: 1795428000, HistoryItemType: 'StateUpdate', HistorySummary: 'from OK to ALARM' };
    aws.answers({ DescribeAlarmHistory: () => ({ body: { AlarmHistoryItems: [{ ...item, HistoryData: '{}' }] } }) });
    const { json } = await tool.call('alarm_history', { name: 'cart-latency', ...WINDOW });
    expect(json.entries).toEqual([
      { at: '2026-11-23T10:00:00.000Z', type: 'StateUpdate', summary: 'from OK to ALARM' },
    ]);
  });

  test.each([
    ['alarms', { names: ['payments-errors'] }],
    ['alarm_history', { name: 'payments-errors', ...WINDOW }],
  ])('%s refuses an alarm out of scope', async (name, input) => {
    aws.answers({});
    expect(await tool.call(name, input)).toMatchObject({
      refused: true,
      text: expect.stringContaining('out of scope'),
    });
    expect(aws.requests).toEqual([]);
  });
});
