import * as fs from 'fs';
import * as path from 'path';
import { Template } from 'aws-cdk-lib/assertions';
import { App, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import {
  AgentAuditTrail,
  AgentBaseline,
  AgentCompute,
  AgentImage,
  AgentKey,
  AgentModel,
  ImageBuilder,
  ManagedAgent,
  TurnApproval,
  TurnWorkflow,
} from '../../../lib';
import { REMOVAL } from '../../../lib/lifecycle/removal';
import { AgentBudget, AgentBudgetAction, AgentKillSwitch } from '../../../lib/operations';
import { ENV, governedApp } from '../security/governed-app';

interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Properties?: Record<string, unknown>;
}

function resourcesOf({ app, stack, networkStack }: ReturnType<typeof governedApp>): [string, Resource][] {
  app.synth();
  return [stack, networkStack].flatMap((each) =>
    Object.entries(Template.fromStack(each).toJSON().Resources as Record<string, Resource>),
  );
}

const kinds = (resources: [string, Resource][], policy: string) =>
  [...new Set(resources.filter(([, each]) => each.DeletionPolicy === policy).map(([, each]) => each.Type))].sort();

describe('a rolled-back first deployment', () => {
  const resources = resourcesOf(governedApp());

  test('leaves behind only what cannot be deleted yet, and the key it is read with', () => {
    const left = resources.filter(([, each]) => each.DeletionPolicy === 'Retain').map(([id, { Type }]) => [Type, id]);
    expect(left.map(([type, id]) => [type, id.replace(/[0-9A-F]{8}$/, '')]).sort()).toEqual([
      ['AWS::EC2::SecurityGroup', 'ReviewerEnvironmentSecurityGroup'],
      ['AWS::KMS::Key', 'AuditKey'],
      ['AWS::Logs::LogGroup', 'AuditDeliveryLogGroup'],
      ['AWS::S3::Bucket', 'AuditBucket'],
      ['AWS::S3::BucketPolicy', 'AuditBucketPolicy'],
    ]);
  });

  test('deletes everything else; once it is deployed, what holds data is kept', () => {
    expect(kinds(resources, 'RetainExceptOnCreate')).toEqual([
      'AWS::Bedrock::GuardrailVersion',
      'AWS::DynamoDB::Table',
      'AWS::KMS::Key',
      'AWS::Logs::LogGroup',
      'AWS::S3::Bucket',
      'AWS::S3::BucketPolicy',
      'AWS::SQS::Queue',
    ]);
    for (const [, each] of resources.filter(([, { DeletionPolicy }]) => DeletionPolicy === 'RetainExceptOnCreate')) {
      expect(each.UpdateReplacePolicy).toBe('Retain');
    }
  });

  test('keeps the policy of every bucket that it keeps', () => {
    const policyOf = (type: string) =>
      resources.filter(([, { Type }]) => Type === type).map(([, each]) => each.DeletionPolicy);
    expect(policyOf('AWS::S3::BucketPolicy')).toEqual(policyOf('AWS::S3::Bucket'));
  });

  test('is not stopped by deletion protection', () => {
    const stopped = resources.filter(
      ([, each]) => each.DeletionPolicy !== 'Retain' && each.Properties?.DeletionProtectionEnabled === true,
    );
    expect(stopped).toEqual([]);
  });
});

describe('a resource that is kept', () => {
  const app = new App();
  const stack = new Stack(app, 'More', { env: ENV });
  const baseline = new AgentBaseline(stack, 'Baseline');
  const agent = new ManagedAgent(stack, 'Builder', {
    model: AgentModel.GPT_5_6_LUNA,
    instructions: 'Build.',
    baseline,
    compute: AgentCompute.agentCore({ image: AgentImage.bundled({ builder: ImageBuilder.CODE_BUILD }) }),
  });
  const workflow = new TurnWorkflow(stack, 'Turns', { agent, approval: TurnApproval.always() });
  const workflows = [workflow];
  new AgentBudget(stack, 'Budget', {
    workflows,
    monthlyLimitUsd: 400,
    actions: [AgentBudgetAction.engage(100, new AgentKillSwitch(stack, 'KillSwitch', { workflows }))],
  });
  const more = Object.entries(Template.fromStack(stack).toJSON().Resources as Record<string, Resource>);

  // Otherwise CloudFormation answers "already exists" when a construct is removed and added again in the same stack.
  test.each([
    ['of trail, network, agent, workflow and triggers', () => resourcesOf(governedApp())],
    ['of image builds, approvals, kill switch and budget', () => more],
  ])('has a name with an id that is new each time it is created: %s', (_, resources) => {
    const kept = resources().filter(([, each]) => (each.DeletionPolicy ?? 'Delete') !== 'Delete');
    const named = kept.filter(([, each]) => each.Type === 'AWS::Logs::LogGroup');
    expect(named.length).toBeGreaterThan(5);
    const repeated = kept.filter(([, { Properties = {} }]) =>
      Object.entries(Properties).some(([name, value]) => /Name$|^Name$/.test(name) && !namesResource(value)),
    );
    expect(repeated.map(([id]) => id)).toEqual([]);
  });
});

/** Whether a value has a reference to a resource of the template. */
function namesResource(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(namesResource);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, inner]) =>
    key === 'Ref' ? !String(inner).startsWith('AWS::') : key === 'Fn::GetAtt' || namesResource(inner),
  );
}

test('RemovalPolicies.destroy() leaves no resource that CloudFormation keeps or that refuses to be deleted', () => {
  const governed = governedApp();
  RemovalPolicies.of(governed.app).destroy();
  const resources = resourcesOf(governed);
  expect(kinds(resources, 'Delete')).toContain('AWS::DynamoDB::Table');
  expect(resources.filter(([, each]) => (each.DeletionPolicy ?? 'Delete') !== 'Delete')).toEqual([]);
  expect(resources.filter(([, each]) => each.Properties?.DeletionProtectionEnabled === true)).toEqual([]);
});

test('RemovalPolicies.retain() protects the ledger and the log group of the trail from deletion too', () => {
  const governed = governedApp();
  RemovalPolicies.of(governed.app).retain();
  const guarded = resourcesOf(governed).filter(([, each]) => each.Properties?.DeletionProtectionEnabled === true);
  expect(guarded.map(([, each]) => each.Type).sort()).toEqual(['AWS::DynamoDB::Table', 'AWS::Logs::LogGroup']);
});

test('a key that was made to be destroyed is destroyed, also as the key of a trail', () => {
  const stack = new Stack(new App(), 'Trail', { env: ENV });
  const encryptionKey = new AgentKey(stack, 'Short', { removalPolicy: RemovalPolicy.DESTROY });
  new AgentAuditTrail(stack, 'Other', { encryptionKey });
  const [key] = Object.values(
    Template.fromStack(stack).findResources('AWS::KMS::Key', { DeletionPolicy: 'Delete' }),
  ) as Resource[];
  expect(key).toMatchObject({ UpdateReplacePolicy: 'Delete' });
});

test('docs/lifecycle.md has the policy and the reason of every resource', () => {
  const rendered = { retain: 'Retain', 'retain-on-update-or-delete': 'RetainExceptOnCreate', destroy: 'Delete' };
  const rows = Object.values(REMOVAL).map(({ what, policy, reason }) =>
    [what, `\`${rendered[policy as keyof typeof rendered]}\``, reason].join('|'),
  );
  const page = fs.readFileSync(path.join(__dirname, '../../../docs/lifecycle.md'), 'utf8');
  const table = page
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim())
        .join('|'),
    );
  expect(table).toEqual(expect.arrayContaining(rows));
});
