import * as fs from 'fs';
import * as path from 'path';
import { Template } from 'aws-cdk-lib/assertions';
import { App, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { AgentAuditTrail, AgentKey } from '../../../lib';
import { REMOVAL } from '../../../lib/lifecycle/removal';
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
    ]);
  });

  test('deletes everything else; once it is deployed, what holds data is kept', () => {
    expect(kinds(resources, 'RetainExceptOnCreate')).toEqual([
      'AWS::Bedrock::GuardrailVersion',
      'AWS::DynamoDB::Table',
      'AWS::KMS::Key',
      'AWS::Logs::LogGroup',
      'AWS::S3::Bucket',
      'AWS::SQS::Queue',
    ]);
    for (const [, each] of resources.filter(([, { DeletionPolicy }]) => DeletionPolicy === 'RetainExceptOnCreate')) {
      expect(each.UpdateReplacePolicy).toBe('Retain');
    }
  });

  test('is not stopped by deletion protection', () => {
    const stopped = resources.filter(
      ([, each]) => each.DeletionPolicy !== 'Retain' && each.Properties?.DeletionProtectionEnabled === true,
    );
    expect(stopped).toEqual([]);
  });
});

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
