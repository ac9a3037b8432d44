import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { App, NestedStack, Stack } from 'aws-cdk-lib/core';
import {
  AgentAuditTrail,
  AgentBaseline,
  AgentGuardrail,
  AgentModel,
  ManagedAgent,
  MonthlyCostEstimate,
  TurnWorkflow,
  type AgentBaselineProps,
} from '../../../lib';
import { decideFor } from '../../iam/decide';
import { ACCOUNT, REGION, SynthesizedAccount } from '../../iam/synthesized-account';

const ENV = { account: ACCOUNT, region: REGION };
const model = AgentModel.GPT_5_6_LUNA;
const instructions = 'Review.';

function newStack(): Stack {
  return new Stack(new App(), 'Stack', { env: ENV });
}

/** The first agent of README: trail, baseline, agent, workflow. */
function baseSet(props: (stack: Stack) => AgentBaselineProps = () => ({}), stack = newStack()) {
  const auditTrail = new AgentAuditTrail(stack, 'Audit');
  const baseline = new AgentBaseline(stack, 'Baseline', { auditTrail, ...props(stack) });
  const agent = new ManagedAgent(stack, 'Reviewer', { baseline, model, instructions });
  const workflow = new TurnWorkflow(stack, 'Turns', { agent });
  return { stack, auditTrail, baseline, agent, workflow };
}

describe('keys', () => {
  test('a baseline that nothing uses costs nothing', () => {
    const stack = newStack();
    new AgentBaseline(stack, 'Baseline');
    expect(Template.fromStack(stack).toJSON()).not.toHaveProperty('Resources');
  });

  test('an agent without a workflow has one key, for there is no evidence', () => {
    const stack = newStack();
    new ManagedAgent(stack, 'Reviewer', { model, instructions });
    Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 1);
  });

  test('the base set has two: one of the trail, which evidence is under, too, and one of everything else', () => {
    const { stack, auditTrail, baseline } = baseSet();
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::KMS::Key', 2);
    expect(baseline.evidenceKey).toBe(auditTrail.encryptionKey);
    const used = Object.entries(template.findResources('AWS::S3::Bucket')).map(([id, { Properties }]) => [
      id.replace(/[0-9A-F]{8}$/, ''),
      Properties.BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault.KMSMasterKeyID[
        'Fn::GetAtt'
      ][0].replace(/[0-9A-F]{8}$/, ''),
    ]);
    expect(Object.fromEntries(used)).toEqual({ AuditBucket: 'AuditKey', TurnsEvidence: 'AuditKey' });
    const others = Object.entries(template.findResources('AWS::DynamoDB::Table')).map(
      ([, { Properties }]) => Properties.SSESpecification.KMSMasterKeyId['Fn::GetAtt'][0] as string,
    );
    expect(others).toEqual([expect.stringMatching(/^BaselineDataKey/)]);
  });

  test('keys that exist are used', () => {
    const arn = (id: string) => `arn:aws:kms:${REGION}:${ACCOUNT}:key/${id}`;
    const { stack, workflow } = baseSet((scope) => ({
      dataKey: Key.fromKeyArn(scope, 'Data', arn('data')),
      evidenceKey: Key.fromKeyArn(scope, 'Evidence', arn('evidence')),
    }));
    expect(workflow.encryptionKey.keyArn).toBe(arn('data'));
    expect(workflow.evidenceBucket.encryptionKey?.keyArn).toBe(arn('evidence'));
    Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 1); // The key of the trail.
  });

  const oneKey = Match.stringLikeRegexp('data key is also the key of trail and evidence.*Fix: ');
  test.each([
    ['passed twice', (stack: Stack) => Object.fromEntries(pair(new Key(stack, 'Key')))],
    [
      'imported twice',
      (stack: Stack) => ({
        dataKey: Key.fromKeyArn(stack, 'One', `arn:aws:kms:${REGION}:${ACCOUNT}:key/one`),
        evidenceKey: Key.fromKeyArn(stack, 'Other', `arn:aws:kms:${REGION}:${ACCOUNT}:key/one`),
      }),
    ],
  ])('one key for both is a warning: %s', (_, props) => {
    const { stack } = baseSet(props);
    Annotations.fromStack(stack).hasWarning('/Stack/Baseline', oneKey);
  });

  test('the key of the trail as data key is a warning; two keys are none', () => {
    const stack = newStack();
    const auditTrail = new AgentAuditTrail(stack, 'Audit');
    new AgentBaseline(stack, 'Shared', { auditTrail, dataKey: auditTrail.encryptionKey });
    new AgentBaseline(stack, 'Separate', { auditTrail, dataKey: new Key(stack, 'Key') });
    Annotations.fromStack(stack).hasWarning('/Stack/Shared', oneKey);
    Annotations.fromStack(stack).hasNoWarning('/Stack/Separate', oneKey);
  });
});

function pair(key: Key): [string, Key][] {
  return [
    ['dataKey', key],
    ['evidenceKey', key],
  ];
}

describe('no role of an agent can use the evidence key', () => {
  const { stack, agent, workflow } = baseSet();
  // What the owner of an app might add by mistake; the grant of aws-cdk-lib includes the key.
  workflow.evidenceBucket.grantReadWrite(agent);
  workflow.evidenceBucket.grantReadWrite(agent.sessionRole);
  const dataBucket = new Bucket(stack, 'Data', {
    encryption: BucketEncryption.KMS,
    encryptionKey: workflow.encryptionKey,
  });
  dataBucket.grantReadWrite(agent);
  const account = new SynthesizedAccount(stack);
  const key = (id: string) => account.find('AWS::KMS::Key', id);

  async function mayUse(role: string, keyId: string, action: string): Promise<boolean> {
    const request = {
      action,
      resource: account.arn(key(keyId).id),
      context: { 'kms:ViaService': `s3.${REGION}.amazonaws.com` },
    };
    return (await decideFor(account, account.find('AWS::IAM::Role', role).id, request)) === 'Allowed';
  }

  const actions = ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:Encrypt', 'kms:ReEncryptFrom', 'kms:CreateGrant'];
  test.each(['ReviewerEnvironmentExecutionRole', 'ReviewerSessionRole'])(
    '%s, whatever it is granted later',
    async (role) => {
      for (const action of [...actions, 'kms:PutKeyPolicy', 'kms:ScheduleKeyDeletion']) {
        expect([action, await mayUse(role, 'AuditKey', action)]).toEqual([action, false]);
      }
    },
  );

  test('the data key stays usable, as does the evidence key for the functions that write evidence', async () => {
    expect(await mayUse('ReviewerEnvironmentExecutionRole', 'BaselineDataKey', 'kms:Decrypt')).toBe(true);
    expect(await mayUse('TurnsStepsCollectEvidenceRole', 'AuditKey', 'kms:GenerateDataKey')).toBe(true);
  });
});

describe('trail and logs', () => {
  test('the trail watches the session role of every agent, in the stack of the agent', () => {
    const app = new App();
    const shared = new Stack(app, 'Shared', { env: ENV });
    const auditTrail = new AgentAuditTrail(shared, 'Audit', { alarms: [] });
    const baseline = new AgentBaseline(shared, 'Baseline', { auditTrail });
    const stacks = ['One', 'Two'].map((id) => {
      const stack = new Stack(app, id, { env: ENV });
      new TurnWorkflow(stack, 'Turns', { agent: new ManagedAgent(stack, 'Agent', { baseline, model, instructions }) });
      return stack;
    });
    app.synth();
    for (const stack of stacks) {
      Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 0);
      Template.fromStack(stack).hasResourceProperties('AWS::Logs::MetricFilter', {
        FilterPattern: Match.anyValue(),
      });
    }
    Template.fromStack(shared).resourceCountIs('AWS::KMS::Key', 2);
  });

  test('log settings hold for network, environment and workflow', () => {
    const { stack } = baseSet(() => ({ logRetention: RetentionDays.TWO_YEARS }));
    const groups = Object.entries(Template.fromStack(stack).findResources('AWS::Logs::LogGroup'));
    const others = groups.filter(
      ([id, { Properties }]) => !id.startsWith('Audit') && Properties.RetentionInDays !== 731,
    );
    expect(others.map(([id]) => id)).toEqual([]);
    expect(groups.length).toBeGreaterThan(10);
  });

  test('server access logs of the evidence go to the bucket of the baseline', () => {
    const { stack } = baseSet((scope) => ({ accessLogsBucket: new Bucket(scope, 'AccessLogs') }));
    Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
      ObjectLockEnabled: true,
      LoggingConfiguration: { DestinationBucketName: { Ref: Match.stringLikeRegexp('^AccessLogs') } },
    });
  });
});

describe('the guardrail of a workflow', () => {
  test('is the standard one by default, in the stack of the workflow', () => {
    const { stack } = baseSet();
    Template.fromStack(stack).resourceCountIs('AWS::Bedrock::Guardrail', 1);
  });

  test('in another stack is refused, because its exported version could not be replaced', () => {
    const app = new App();
    const stack = new Stack(app, 'Agents', { env: ENV });
    const other = new Stack(app, 'Guardrails', { env: ENV });
    const agent = new ManagedAgent(stack, 'Reviewer', { model, instructions });
    const guardrail = AgentGuardrail.standard(other, 'Guardrail');
    expect(() => new TurnWorkflow(stack, 'Turns', { agent, guardrail })).toThrow(
      /Agents\/Turns: guardrail 'Guardrails\/Guardrail'.*Fix: create the guardrail in the stack Agents/,
    );
  });

  test('may be in a nested stack of the same stack, and may be imported', () => {
    const stack = newStack();
    const agent = (id: string) => new ManagedAgent(stack, id, { model, instructions, agentName: id });
    const nested = AgentGuardrail.standard(new NestedStack(stack, 'Nested'), 'Guardrail');
    const imported = AgentGuardrail.fromAgentGuardrailAttributes(stack, 'Imported', {
      guardrailArn: `arn:aws:bedrock:${REGION}:${ACCOUNT}:guardrail/abcdefghij12`,
      guardrailVersion: '3',
    });
    expect(() => new TurnWorkflow(stack, 'One', { agent: agent('one'), guardrail: nested })).not.toThrow();
    expect(() => new TurnWorkflow(stack, 'Two', { agent: agent('two'), guardrail: imported })).not.toThrow();
  });
});

test('the base set costs at most 65 dollars a month in two zones while nobody uses it', () => {
  const { stack } = baseSet();
  (stack.node.root as App).synth();
  const cost = MonthlyCostEstimate.of(stack).idleUsdPerMonth;
  expect(cost).toBeGreaterThan(50);
  expect(cost).toBeLessThanOrEqual(65);
});
