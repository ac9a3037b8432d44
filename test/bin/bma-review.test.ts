import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { LIBRARY_REVIEW } from '../../lib/contracts/library-acknowledgement';
import { runInProcess } from './run-in-process';
import { writeAssembly } from './written-assembly';

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'bma-review-'));
afterAll(() => fs.rmSync(work, { recursive: true, force: true }));

const review = (before: string, after: string) => runInProcess('review', before, after);

interface Given {
  readonly actions?: string[];
  readonly resources?: string[];
  readonly acknowledged?: Record<string, string>;
  readonly keys?: number;
  readonly more?: object;
  /** Resources of a stack of its own. */
  readonly other?: object;
}

function assembly(
  name: string,
  {
    actions = ['s3:GetObject'],
    resources = ['arn:aws:s3:::data/*'],
    acknowledged = {},
    keys = 1,
    more = {},
    other = {},
  }: Given = {},
): string {
  const Statement = [{ Effect: 'Allow', Action: actions, Resource: resources }];
  const Resources = {
    Role: { Type: 'AWS::IAM::Role', Properties: { Policies: [{ PolicyDocument: { Statement } }] } },
    Runtime: {
      Type: 'AWS::BedrockAgentCore::Runtime',
      Properties: { AgentRuntimeName: 'hand', RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] } },
    },
    ...Object.fromEntries(Array.from({ length: keys }, (_, index) => [`Key${index}`, { Type: 'AWS::KMS::Key' }])),
    ...more,
  };
  const metadata = { '/Stack': [{ type: 'aws:cdk:acknowledged-rules', data: acknowledged }] };
  return writeAssembly(path.join(work, name), {
    Stack: { resources: Resources, metadata },
    Other: { resources: other },
  });
}

const base = assembly('base');

test('a change without anything to decide passes, also when it costs more', async () => {
  expect(await review(base, base)).toMatchObject({ exit: 0, error: '' });
  const { exit, out } = await review(base, assembly('key', { keys: 2 }));
  expect(exit).toBe(0);
  expect(out).toContain('| Idle | $1.00 | $2.00 |');
});

test('a wider permission needs a decision', async () => {
  const { exit, out } = await review(base, assembly('wider', { actions: ['s3:GetObject', 's3:PutObject'] }));
  expect(exit).toBe(1);
  expect(out).toMatch(/### Agent reach: increased[^]*PutObject[^]*### Impact/);
});

test('a new acknowledgement needs a decision, and its reason is quoted', async () => {
  const acknowledged = { 'ManagedAgentChecks::MA-AUD1': 'organization <b>trail</b>' };
  const after = assembly('acknowledged', { acknowledged });
  const { exit, out } = await review(base, after);
  expect(exit).toBe(1);
  expect(out).toContain('- acknowledged `ManagedAgentChecks::MA-AUD1` in `Stack`: `organization <b>trail</b>`');
  expect((await review(after, after)).exit).toBe(0);
});

test('acknowledgements with one reason are one line, with their places', async () => {
  const acknowledged = Object.fromEntries(
    Array.from({ length: 13 }, (_, at) => [`AwsSolutions::AwsSolutions-IAM5[Resource::logs-${at}:*]`, 'log streams']),
  );
  const { out } = await review(base, assembly('many-acknowledged', { acknowledged }));
  expect(out).toContain('- acknowledged `AwsSolutions::AwsSolutions-IAM5` in 13 places: `log streams`\n');
  expect(out.match(/^ {2}- `Stack` `\[Resource::logs-\d+:\*\]`$/gm)).toHaveLength(10);
  expect(out).toContain('\n  - 3 more, listed by `--format json`\n');
});

test('rules with one reason in the same places are one line', async () => {
  const acknowledged = { 'AwsSolutions::AwsSolutions-S1': 'no logs', 'PCI::S3BucketLoggingEnabled': 'no logs' };
  const { out } = await review(base, assembly('packs', { acknowledged }));
  expect(out).toContain(
    '- acknowledged `AwsSolutions::AwsSolutions-S1`, `PCI::S3BucketLoggingEnabled` in `Stack`: `no logs`\n',
  );
});

describe('what this library acknowledges for its own resources', () => {
  const STREAMS = `Lambda chooses the names of log streams; the log group is exact.${LIBRARY_REVIEW}`;
  const wildcard = (resource: string) => `AwsSolutions::AwsSolutions-IAM5[Resource::${resource}]`;
  const DEAD_LETTERS = { 'AwsSolutions::AwsSolutions-SQS3': `This is a dead-letter queue.${LIBRARY_REVIEW}` };
  const streams = (...groups: string[]) => Object.fromEntries(groups.map((group) => [wildcard(`${group}:*`), STREAMS]));
  const before = assembly('library', { acknowledged: { ...streams('one'), [wildcard('two:*')]: 'Reworded since.' } });

  test('needs no decision when it adds no wildcard, and is one line', async () => {
    const after = assembly('library-same', { acknowledged: { ...streams('one', 'two'), ...DEAD_LETTERS } });
    const { exit, out } = await review(before, after);
    expect(exit).toBe(0);
    expect(out).toContain(
      '### New declarations and acknowledgements\n\n- 1 finding about resources of this library, acknowledged by it: `AwsSolutions-SQS3`\n',
    );
  });

  test('needs a decision when it adds a wildcard, and each new one is listed', async () => {
    const after = assembly('library-wildcard', { acknowledged: { ...streams('one', 'three'), ...DEAD_LETTERS } });
    const { exit, out } = await review(before, after);
    expect(exit).toBe(1);
    expect(out).toMatch(
      /### New declarations and acknowledgements ⚠️\n\n- 2 findings about [^\n]*; 1 is a new wildcard:\n/,
    );
    expect(out).toContain('  - `Stack` `[Resource::three:*]`\n');
    expect(out).not.toContain('one:*');
  });

  test('is told from what somebody else says in its name', async () => {
    const acknowledged = { ...streams('one'), 'ManagedAgentChecks::MA-AUD1': STREAMS };
    const { exit, out } = await review(before, assembly('forged', { acknowledged }));
    expect(exit).toBe(1);
    expect(out).toContain('- acknowledged `ManagedAgentChecks::MA-AUD1` in `Stack`');
  });
});

test('an action is listed with the resources of its own service only', async () => {
  const queue = 'arn:aws:sqs:us-east-1:111111111111:tasks';
  const after = assembly('services', {
    actions: ['s3:GetObject', 'sqs:SendMessage', 'mystery:Do', 'cloudwatch:PutMetricData'],
    resources: ['arn:aws:s3:::data/*', queue],
  });
  const { out } = await review(base, after);
  expect(out).toContain(`\`sqs:SendMessage\` on \`${queue}\``);
  expect(out).not.toContain('`sqs:SendMessage` on `arn:aws:s3:::data/*`');
  expect(out).not.toContain(`\`s3:GetObject\` on \`${queue}\``);
  // Nobody knows what an unknown service does, and a resource that no action fits is still part of the policy.
  expect(out).toContain('`mystery:Do` on `arn:aws:s3:::data/*`');
  expect(out).toContain(`\`mystery:Do\` on \`${queue}\``);
  expect(out).toContain(`\`cloudwatch:PutMetricData\` on \`${queue}\``);
});

test('the entries of a new agent are collapsed', async () => {
  const empty = path.join(work, 'empty-app');
  fs.cpSync(base, empty, { recursive: true });
  fs.writeFileSync(path.join(empty, 'Stack.template.json'), JSON.stringify({ Resources: {} }));
  const { exit, out } = await review(empty, base);
  expect(exit).toBe(1);
  expect(out).toContain('\nStack <code>Stack</code> (changed): 3 added\n');
  expect(out).toMatch(/#### New agent `hand` \(`Stack#Runtime`\)\n\n<details><summary>[^<]*\d+ entries<\/summary>\n\n/);
});

test('usage data of the CDK is no change of the deployment', async () => {
  const after = path.join(work, 'usage-data');
  fs.cpSync(base, after, { recursive: true });
  const template = JSON.parse(fs.readFileSync(path.join(base, 'Stack.template.json'), 'utf8')) as {
    Resources: Record<string, object>;
  };
  template.Resources.CDKMetadata = { Type: 'AWS::CDK::Metadata', Properties: { Analytics: 'v2:deflate64:abc' } };
  fs.writeFileSync(path.join(after, 'Stack.template.json'), JSON.stringify(template));
  expect(await review(base, after)).toMatchObject({ exit: 0, out: expect.stringContaining('### Impact: no change') });
});

test('an input that is no assembly is refused', async () => {
  expect(await review(base, work)).toMatchObject({ exit: 2, out: '', error: expect.stringMatching(/cdk synth/) });
});

describe('settings that protect', () => {
  const evidence = { 'Fn::GetAtt': ['Evidence', 'Arn'] };
  const PROTECTED = {
    Evidence: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 90 } } },
        Tags: [{ Key: 'team', Value: 'a' }],
      },
    },
    Policy: {
      Type: 'AWS::S3::BucketPolicy',
      Properties: {
        Bucket: { Ref: 'Evidence' },
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Deny', Principal: '*', Action: 's3:DeleteObjectVersion', Resource: evidence },
            {
              Effect: 'Allow',
              Principal: { Service: 'logs.amazonaws.com' },
              Action: 's3:PutObject',
              Resource: evidence,
            },
          ],
        },
      },
    },
    Guardrail: {
      Type: 'AWS::Bedrock::Guardrail',
      Properties: { ContentPolicyConfig: { FiltersConfig: [{ Type: 'HATE', InputStrength: 'HIGH' }] } },
    },
    Secret: { Type: 'AWS::SecretsManager::Secret', Properties: {} },
  };
  type Resources = Record<string, { Type: string; Properties: Record<string, any> }>;
  const changed = (name: string, change: (resources: Resources) => void): string => {
    const more: Resources = structuredClone(PROTECTED);
    change(more);
    return assembly(name, { more });
  };
  const protectedApp = changed('protected', () => undefined);

  test.each<[string, (resources: Resources) => void, string]>([
    [
      'a shorter lock',
      (all) => (all.Evidence.Properties.ObjectLockConfiguration.Rule.DefaultRetention.Days = 1),
      '- ⚠️ `Stack#Evidence` (AWS::S3::Bucket) `ObjectLockConfiguration.Rule.DefaultRetention.Days`: `1` (before: `90`)\n',
    ],
    [
      'a weaker filter',
      (all) => (all.Guardrail.Properties.ContentPolicyConfig.FiltersConfig[0].InputStrength = 'LOW'),
      '(AWS::Bedrock::Guardrail) `ContentPolicyConfig.FiltersConfig`: added `{"Type":"HATE","InputStrength":"LOW"}`\n',
    ],
    [
      'a removed denial',
      (all) => all.Policy.Properties.PolicyDocument.Statement.shift(),
      '- ⚠️ `Stack#Policy` (AWS::S3::BucketPolicy) `PolicyDocument.Statement`: removed `{"Effect":"Deny"',
    ],
    ['a removed policy', (all) => delete all.Policy, '`PolicyDocument.Statement`: removed `{"Effect":"Deny"'],
    [
      'a policy of an old secret',
      (all) =>
        (all.SecretPolicy = {
          Type: 'AWS::SecretsManager::ResourcePolicy',
          Properties: {
            SecretId: { Ref: 'Secret' },
            ResourcePolicy: {
              Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111111111111:role/Dev' } }],
            },
          },
        }),
      '(AWS::SecretsManager::ResourcePolicy) `ResourcePolicy.Statement`: added `{"Effect":"Allow"',
    ],
  ])('%s needs a decision, and is shown before and after', async (name, change, line) => {
    const { exit, out } = await review(protectedApp, changed(name.replaceAll(' ', '-'), change));
    expect(out).toContain('### Protecting settings changed ⚠️\n');
    expect(out).toContain(line);
    expect(exit).toBe(1);
  });

  test.each<[string, (resources: Resources) => void]>([
    ['another tag', (all) => (all.Evidence.Properties.Tags[0].Value = 'b')],
    ['a removed allow', (all) => all.Policy.Properties.PolicyDocument.Statement.pop()],
    [
      'an added denial',
      (all) => all.Policy.Properties.PolicyDocument.Statement.push({ Effect: 'Deny', Principal: '*', Action: 's3:*' }),
    ],
    [
      'a new bucket with its policy',
      (all) => {
        all.Other = { Type: 'AWS::S3::Bucket', Properties: {} };
        all.OtherPolicy = structuredClone(all.Policy);
        all.OtherPolicy.Properties.Bucket = { Ref: 'Other' };
      },
    ],
  ])('%s needs no decision', async (name, change) => {
    const { exit, out } = await review(protectedApp, changed(name.replaceAll(' ', '-'), change));
    expect(out).not.toContain('⚠️');
    expect(exit).toBe(0);
  });

  test('a setting of a stack without a part of an agent needs no decision', async () => {
    const shorter = structuredClone(PROTECTED);
    shorter.Evidence.Properties.ObjectLockConfiguration.Rule.DefaultRetention.Days = 1;
    const before = assembly('other-before', { other: PROTECTED });
    const { exit, out } = await review(before, assembly('other-after', { other: shorter }));
    expect(out).toContain('### Protecting settings: no change\n');
    expect(exit).toBe(0);
  });
});
