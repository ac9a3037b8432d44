import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import '@microsoft/jest-sarif';
import { App, CfnResource, NestedStack, Stack, Stage, Validations } from 'aws-cdk-lib/core';
import { runInProcess } from './run-in-process';
import { EXAMPLES } from '../../examples';
import { ManagedAgentChecks } from '../../lib';
import { shortForms } from './short-forms';

const ENV = { account: '111122223333', region: 'us-east-1' };
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'bma-check-'));
afterAll(() => fs.rmSync(work, { recursive: true, force: true }));

const check = (...args: string[]) => runInProcess('check', ...args);

interface Found {
  readonly rule: string;
  readonly severity: string;
  readonly file: string;
  readonly line: number;
  readonly logicalId: string;
  readonly constructPath?: string;
  readonly path: string;
  readonly acknowledged?: { readonly at: string; readonly reason: string };
}

async function findings(...args: string[]): Promise<Found[]> {
  const { out, error } = await check(...args, '--json');
  expect(error).toBe('');
  return (JSON.parse(out) as { findings: Found[] }).findings;
}

function write(name: string, content: string | object): string {
  const file = path.join(work, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

/** A session role that another account may assume, too. */
const OPEN_TRUST = {
  Statement: [
    {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Service: 'bedrock-mantle.amazonaws.com', AWS: 'arn:aws:iam::999988887777:root' },
      Condition: {
        StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
        ArnLike: { 'aws:SourceArn': { 'Fn::Sub': 'arn:aws:bedrock-mantle:us-east-1:${AWS::AccountId}:*' } },
      },
    },
  ],
};
const OPEN = { Resources: { Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: OPEN_TRUST } } } };
const BARE = {
  Resources: {
    Runtime: { Type: 'AWS::BedrockAgentCore::Runtime', Properties: { RoleArn: 'arn:aws:iam::111122223333:role/x' } },
  },
};

describe('the same findings as at synth', () => {
  /** Breaks what breaks rules of every severity, in every stack. */
  function breakSomething(app: App): void {
    for (const node of app.node.findAll().filter((each) => CfnResource.isCfnResource(each))) {
      const broken: Record<string, [string, unknown]> = {
        'AWS::KMS::Key': ['EnableKeyRotation', false],
        'AWS::Logs::LogGroup': ['KmsKeyId', undefined],
        'AWS::BedrockAgentCore::Runtime': ['LifecycleConfiguration', undefined],
        'AWS::SQS::Queue': ['KmsMasterKeyId', undefined],
      };
      const [property, value] = broken[node.cfnResourceType] ?? [];
      if (property !== undefined) node.addPropertyOverride(property, value);
    }
    Validations.of(app).acknowledge({ id: 'ManagedAgentChecks::MA-IMG2', reason: 'Short tasks only' });
    const [stack] = app.node.findAll().filter((node) => Stack.isStack(node));
    Validations.of(stack).acknowledge(
      { id: 'ManagedAgentChecks::MA-AUD3', reason: 'No personal data' },
      { id: 'ManagedAgentChecks::MA-ENC1', reason: 'Not accepted: it is fatal' },
    );
  }

  /** What core writes when the app is synthesized with the pack. */
  function synthesized(app: App) {
    Validations.of(app).addPlugins(new ManagedAgentChecks(app));
    const errors = jest.spyOn(console, 'error').mockImplementation();
    expect(() => app.synth()).toThrow(/ManagedAgentChecks|Validation failed/);
    errors.mockRestore();
    const { pluginReports } = JSON.parse(fs.readFileSync(path.join(app.outdir, 'validation-report.json'), 'utf8'));
    const lines = (violations: any[], isAcknowledged: boolean) =>
      violations.flatMap(({ ruleName, severity, violatingConstructs, acknowledgedAt }) =>
        violatingConstructs.map(({ constructPath, cloudFormationResource }: any) =>
          [
            ruleName,
            severity,
            constructPath,
            cloudFormationResource.logicalId,
            cloudFormationResource.propertyPaths?.[0],
            isAcknowledged ? acknowledgedAt : undefined,
          ].join(' '),
        ),
      );
    const [{ violations, suppressedViolations = [] }] = pluginReports;
    return [...lines(violations, false), ...lines(suppressedViolations, true)].sort();
  }

  const line = ({ rule, severity, constructPath, logicalId, path: place, acknowledged }: Found) =>
    [rule, severity, constructPath, logicalId, place, acknowledged?.at].join(' ');

  test.each(EXAMPLES)('in $name: its assembly, its templates, and these in YAML', async ({ add }) => {
    const app = new App();
    add(app, ENV);
    breakSomething(app);
    const expected = synthesized(app);
    expect(expected.length).toBeGreaterThan(5);
    const found = await findings(app.outdir);
    expect(found.map(line).sort()).toEqual(expected);

    const templates = fs.readdirSync(app.outdir).filter((name) => name.endsWith('.template.json'));
    const yaml = templates.map((name) =>
      write(
        `${app.node.addr}/${name.replace('.json', '.yaml')}`,
        shortForms(JSON.parse(fs.readFileSync(path.join(app.outdir, name), 'utf8'))),
      ),
    );
    const place = ['--account', ENV.account, '--region', ENV.region];
    const short = ({ rule, severity, logicalId, path: at }: Found) => [rule, severity, logicalId, at].join(' ');
    for (const files of [templates.map((name) => path.join(app.outdir, name)), yaml]) {
      expect((await findings(...files, ...place)).map(short).sort()).toEqual(found.map(short).sort());
    }
  });

  test('in Stages and nested stacks', async () => {
    // As the CLI sets it: it is the only way to know construct paths of nested stacks.
    const app = new App({ context: { 'aws:cdk:enable-path-metadata': true } });
    const stack = new Stack(new Stage(app, 'Prod', { env: ENV }), 'Hand');
    const nested = new NestedStack(stack, 'Nested');
    for (const scope of [stack, nested]) {
      new CfnResource(scope, 'Raw', {
        type: 'AWS::IAM::Role',
        properties: { AssumeRolePolicyDocument: OPEN_TRUST },
      });
      new CfnResource(scope, 'Runtime', { type: 'AWS::BedrockAgentCore::Runtime', properties: {} });
    }
    Validations.of(app).acknowledge({ id: 'ManagedAgentChecks::MA-NET1', reason: 'A demonstration' });
    Validations.of(stack).acknowledge({ id: 'ManagedAgentChecks::MA-AUD1', reason: 'The organization has one' });
    Validations.of(nested).acknowledge({ id: 'ManagedAgentChecks::MA-NET5', reason: 'Closed elsewhere' });
    const expected = synthesized(app);
    expect((await findings(app.outdir)).map(line).sort()).toEqual(expected);
  });
});

test('a finding says where it is, what is wrong, why, and the fix; only fatal and error fail', async () => {
  const file = write('open.json', `{\n"Resources": {\n"Role": ${JSON.stringify(OPEN.Resources.Role)}\n}}`);
  const { exit, out } = await check(file);
  expect(exit).toBe(1);
  expect(out).toMatch(
    new RegExp(
      `^MA-ID1 fatal  Role \\(AWS::IAM::Role\\)\n` +
        `  Where: ${file}:3 Properties\\.AssumeRolePolicyDocument\\.Statement\\[0\\]\n` +
        `  What:  .*999988887777.*\n  Why:   .*\n  Fix:   .* See https://docs\\.aws\\.amazon\\.com/.*\n\n` +
        `1 template: 1 finding \\(1 fatal\\)\\.\n$`,
    ),
  );
});

test('several templates are one app: a policy in one is attached to the role of the other', async () => {
  const role = write('role.yaml', shortForms({ ...BARE, Outputs: { A: { Value: 'x', Export: { Name: 'x' } } } }));
  const policy = {
    Type: 'AWS::IAM::RolePolicy',
    Properties: {
      RoleName: 'agent-execution',
      PolicyName: 'p',
      PolicyDocument: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
    },
  };
  const runtime = {
    Resources: {
      Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'agent-execution', AssumeRolePolicyDocument: {} } },
      Runtime: {
        Type: 'AWS::BedrockAgentCore::Runtime',
        Properties: { RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] } },
      },
    },
  };
  const files = [role, write('runtime.json', runtime), write('policy.json', { Resources: { Policy: policy } })];
  expect(await findings(...files)).toContainEqual(
    expect.objectContaining({ rule: 'MA-ID5', severity: 'fatal', logicalId: 'Policy' }),
  );
  expect((await check(files[2])).out).toBe('1 template: no part of a managed agent, so there is nothing to check.\n');
});

test('--severity decides what fails, --family which rules run', async () => {
  const file = write('bare.json', BARE);
  expect((await check(file, '--severity', 'fatal', '--family', 'image')).exit).toBe(0);
  expect((await check(file, '--severity', 'error', '--family', 'image')).exit).toBe(1);
  const rules = (await findings(file, '--family', 'image', '--family', 'cost')).map(({ rule }) => rule);
  expect([...new Set(rules.map((rule) => rule.replace(/\d$/, '')))].sort()).toEqual(
    expect.arrayContaining(['MA-COST', 'MA-IMG']),
  );
  expect((await findings(file)).map(({ rule }) => rule)).not.toContain('MA-COST1');
});

test('acknowledgements and declarations in the metadata of a template count, with a reason and the name of the pack', async () => {
  const suppress = (id: string, reason = 'The organization trail records it') => ({
    cdk_nag: { rules_to_suppress: [{ id, reason }] },
  });
  const runtime = (Metadata: object) => ({ Resources: { Runtime: { ...BARE.Resources.Runtime, Metadata } } });
  const open = async (template: object) =>
    (await findings(write('acknowledged.json', template)))
      .filter(({ acknowledged }) => !acknowledged)
      .map(({ rule }) => rule);

  expect(await open(BARE)).toContain('MA-AUD1');
  expect(await open(runtime(suppress('ManagedAgentChecks::MA-AUD1')))).not.toContain('MA-AUD1');
  expect(await open({ ...BARE, Metadata: suppress('ManagedAgentChecks::MA-AUD1') })).not.toContain('MA-AUD1');
  expect(await open(runtime(suppress('MA-AUD1')))).toContain('MA-AUD1');
  expect(await open(runtime(suppress('ManagedAgentChecks::MA-AUD1', ' ')))).toContain('MA-AUD1');
  expect(await open({ ...OPEN, Metadata: suppress('ManagedAgentChecks::MA-ID1') })).toContain('MA-ID1');

  expect(await open(BARE)).toContain('MA-READ1');
  const AgentDeclarations = [
    { kind: 'unreadable', reason: 'Made by the platform team', names: ['arn:aws:iam::111122223333:role/x'] },
  ];
  expect(await open({ ...BARE, Metadata: { AgentDeclarations } })).not.toContain('MA-READ1');
});

test('--format sarif is a valid log with rules, lines and suppressions, and --output writes it', async () => {
  const Metadata = { cdk_nag: { rules_to_suppress: [{ id: 'ManagedAgentChecks::MA-AUD1', reason: 'Recorded' }] } };
  const file = write('a b.json', { ...BARE, Metadata });
  const output = path.join(work, 'out.sarif');
  const { exit, out } = await check(file, '--format', 'sarif', '--output', output);
  expect(exit).toBe(1);
  expect(out).toMatch(/^1 template: \d+ findings \(.*\), \d acknowledged\. Written to .*out\.sarif\.\n$/);
  const log = JSON.parse(fs.readFileSync(output, 'utf8'));
  expect(log).toBeValidSarifLog();
  const [{ tool, results }] = log.runs;
  const recorded = results.find(({ ruleId }: { ruleId: string }) => ruleId === 'MA-AUD1');
  expect(recorded).toMatchObject({
    level: 'error',
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: expect.stringMatching(/^file:\/\/.*\/a%20b\.json$/) },
          region: { startLine: 1 },
        },
      },
    ],
    suppressions: [{ kind: 'inSource', justification: 'Recorded' }],
  });
  expect(tool.driver.rules[recorded.ruleIndex].id).toBe('MA-AUD1');
  expect(fs.readdirSync(work).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('names of a template cannot steer the terminal', async () => {
  const resource = { ...OPEN.Resources.Role };
  const { out } = await check(write('evil.json', { Resources: { 'Role\u001b[2J\nMA-ID1 fine': resource } }));
  expect(out).not.toMatch(/\u001b|^MA-ID1 fine/m);
});

test.each<[string, () => string[], RegExp]>([
  ['nothing', () => [], /missing required argument 'template'/],
  ['a file that is not there', () => [path.join(work, 'nowhere.yaml')], /nowhere\.yaml can't be read.*Fix:/],
  ['a directory without a manifest', () => [work], /has no manifest\.json.*Fix: /],
  [
    'two that can not be read',
    () => [write('one.yaml', 'a: ['), write('two.json', '[]'), write('fine.json', OPEN)],
    /one\.yaml can't be read[^]*two\.json is a list/,
  ],
  ['an unknown tag', () => [write('tag.yaml', 'Resources: !Foo {}')], /tag\.yaml.*tag !Foo at line 1/],
  [
    'a severity that is none',
    () => [write('x.json', OPEN), '--severity', 'low'],
    /--severity is 'low'\. Allowed: fatal/,
  ],
  ...['Boundary', 'arn:aws:iam::*:policy/B', 'arn:aws:iam::111122223333:role/B', ' '].map(
    (arn): [string, () => string[], RegExp] => [
      `the permissions boundary '${arn}'`,
      () => [write('x.json', OPEN), '--permissions-boundary', arn],
      /--permissions-boundary is '[^]*'\. Allowed: the ARN of a managed policy[^]*Fix: give the whole ARN/,
    ],
  ),
  ['an account that is none', () => [write('x.json', OPEN), '--account', '12'], /--account is '12'/],
  [
    'an output that is an input',
    () => [write('x.json', OPEN), '--output', path.join(work, 'x.json')],
    /--output is '.*x\.json', which is an input/,
  ],
  [
    'an output that can not be written',
    () => [write('x.json', OPEN), '--output', path.join(work, 'no/such/file')],
    /can't be written/,
  ],
])('%s is refused, and nothing is printed', async (_, args, message) => {
  expect(await check(...args())).toMatchObject({ exit: 2, out: '', error: expect.stringMatching(message) });
});

/** A statement that breaks five rules. */
const EVERYTHING = {
  Resources: {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Statement: [
            {
              Effect: 'Allow',
              Action: 'sts:AssumeRole',
              Principal: { Service: 'bedrock-agentcore.amazonaws.com' },
              Condition: {
                StringEquals: { 'aws:SourceAccount': '111122223333' },
                ArnLike: { 'aws:SourceArn': 'arn:aws:bedrock-agentcore:us-east-1:111122223333:*' },
              },
            },
          ],
        },
        Policies: [
          {
            PolicyName: 'all',
            PolicyDocument: {
              Statement: [
                { Effect: 'Allow', Action: '*', Resource: '*' },
                { Effect: 'Allow', Action: 'nova:Conjure', Resource: '*' },
              ],
            },
          },
        ],
      },
    },
    Runtime: {
      Type: 'AWS::BedrockAgentCore::Runtime',
      Properties: { RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] } },
    },
  },
};

test('the text explains each place once, and names every rule that it breaks', async () => {
  const place = ['--account', '111122223333', '--region', 'us-east-1'];
  const file = write('everything.json', EVERYTHING);
  const found = (await findings(file, ...place)).map(({ path: at, rule }) => `${at} ${rule}`);
  const statement = (position: number) => `Properties.Policies[0].PolicyDocument.Statement[${position}]`;
  expect(found.filter((each) => each.startsWith('Properties.Policies'))).toEqual([
    `${statement(0)} MA-ID5`,
    `${statement(1)} MA-ID5`,
    `${statement(1)} MA-ID7`,
  ]);

  const { out } = await check(file, ...place);
  const blocks = out.split('\n\n').filter((block) => block.includes('Properties.Policies[0]'));
  expect(blocks).toHaveLength(2);
  for (const block of blocks) {
    expect(block).toMatch(/^MA-ID5 fatal/);
    expect(block.match(/ {2}Fix:/g)).toHaveLength(1);
  }
  // What is one fault is one finding; two faults of one statement are two findings of one entry.
  expect(blocks[0].match(/\(MA-\w+\)/g)).toEqual(['(MA-ID4)', '(MA-ID6)', '(MA-ID7)', '(MA-ID8)']);
  expect(blocks[1]).toMatch(/^ {2}Also: {2}MA-ID7 error: /m);
  expect(out).toMatch(/^1 template: \d+ findings \(.*\) at \d+ places\.$/m);
});

test('to acknowledge one rule of a place accepts no other one', async () => {
  const suppress = { cdk_nag: { rules_to_suppress: [{ id: 'ManagedAgentChecks::MA-AUD1', reason: 'Recorded' }] } };
  const trail = {
    ...BARE.Resources,
    Trail: { Type: 'AWS::CloudTrail::Trail', Properties: { S3BucketName: 'b', AdvancedEventSelectors: [] } },
  };
  const { out: before } = await check(write('open.json', { Resources: trail }));
  const { out: after } = await check(write('accepted.json', { Resources: trail, Metadata: suppress }));
  const rulesIn = (text: string) => new Set(text.match(/MA-[A-Z]+\d/g));
  expect(rulesIn(before)).toContain('MA-AUD1');
  expect([...rulesIn(before)].filter((rule) => !rulesIn(after).has(rule))).toEqual(['MA-AUD1']);
});
