import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { App, Duration, Stack, TimeZone, Validations } from 'aws-cdk-lib/core';
import {
  AgentBaseline,
  AgentAuditTrail,
  AgentEgress,
  AgentNetwork,
  ObjectLock,
  ManagedAgentChecks,
  SourceRepository,
} from '../../../lib';
import { SecurityAuditor, type SecurityAuditorProps, SecurityHubImport } from '../../../lib/blueprint';
import { withStagedAssets } from '../../staged-assets';

const ENV = { account: '111122223333', region: 'us-east-1' };
const NIGHTLY = ScheduleExpression.cron({ minute: '0', hour: '3', timeZone: TimeZone.EUROPE_BERLIN });

interface Scene {
  readonly app: App;
  readonly stack: Stack;
  readonly auditor: SecurityAuditor;
}

function auditor(props: Partial<SecurityAuditorProps> = {}, env: object = ENV): Scene {
  const app = new App();
  const stack = new Stack(app, 'Stack', { env });
  const repositories = ['shop', 'site'].map((name) =>
    SourceRepository.codeCommit(Repository.fromRepositoryName(stack, name, name)),
  );
  const made = new SecurityAuditor(stack, 'Auditor', { repositories, schedule: NIGHTLY, ...props });
  return { app, stack, auditor: made };
}

const templateOf = ({ stack }: Scene) => Template.fromStack(stack);

/** The definition of the audit machine, references as their logical ids. */
function definitionOf(scene: Scene): any {
  const machines = templateOf(scene).findResources('AWS::StepFunctions::StateMachine');
  const text = Object.values(machines)
    .map(({ Properties }) => {
      const { DefinitionString } = Properties;
      const parts: unknown[] = DefinitionString['Fn::Join']?.[1] ?? [DefinitionString];
      return parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part).replace(/"/g, "'"))).join('');
    })
    .find((definition) => definition.includes('AuditRepositories'));
  return JSON.parse(text!);
}

test.each([
  ['a known account', ENV],
  ['no account', { region: 'us-east-1' }],
])('the pack of this library finds nothing, with everything on, for %s', (_name, env) => {
  const { app, stack } = auditor({ securityHub: SecurityHubImport.newFindings() }, env);
  new AgentAuditTrail(stack, 'Audit');
  Validations.of(app).addPlugins(new ManagedAgentChecks(app));
  expect(() => app.synth()).not.toThrow();
});

describe('a night', () => {
  test('is claimed before anything is started, by one execution', () => {
    const { StartAt, States } = definitionOf(auditor());
    expect(StartAt).toBe('ClaimNight');
    expect(States.ClaimNight).toMatchObject({
      Parameters: {
        Key: { pk: { 'S.$': "States.Format('audit#{}', $.night)" } },
        ConditionExpression: 'attribute_not_exists(claimedBy) OR claimedBy = :me',
      },
      Catch: [
        {
          ErrorEquals: ['DynamoDB.ConditionalCheckFailedException', 'DynamoDb.ConditionalCheckFailedException'],
          Next: 'SkipAuditedNight',
        },
      ],
      Next: 'Repositories',
    });
    expect(States.Repositories.Result).toEqual(['shop', 'site']);
  });

  test('audits each repository in a turn without session key, whose name is that of repository and night', () => {
    const { AuditRepositories } = definitionOf(auditor({ maxConcurrency: 3 })).States;
    expect(AuditRepositories.MaxConcurrency).toBe(3);
    const { AuditRepository } = AuditRepositories.ItemProcessor.States;
    expect(AuditRepository.Resource).toMatch(/states:startExecution\.sync:2$/);
    const { Name, ...parameters } = Object.fromEntries(
      Object.entries<any>(AuditRepository.Parameters).map(([name, value]) => [name.replace('.$', ''), value]),
    );
    expect(Name).toContain("States.Format('audit#{}#{}', $.night, $.repository)");
    expect(parameters.Input).toMatchObject({
      subject: { 'repository.$': '$.repository', 'night.$': '$.night' },
      prompt: [{ 'text.$': expect.stringContaining('Audit the repository {}') }],
    });
    expect(JSON.stringify(parameters.Input)).not.toContain('sessionKey');
  });

  test('goes on whatever becomes of one repository', () => {
    const { States } = definitionOf(auditor()).States.AuditRepositories.ItemProcessor;
    expect(States.AuditRepository.Catch).toEqual([
      { ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'MarkTurnFailed' },
    ]);
    const ends = Object.entries<any>(States).filter(([, state]) => state.End);
    expect(ends.map(([name]) => name)).toEqual([
      'Accepted',
      'MarkNotAccepted',
      'MarkNothingDelivered',
      'MarkTurnFailed',
    ]);
  });

  test('is started by a schedule in its time zone, with the scheduled time as its name, and dead letters', () => {
    const template = templateOf(auditor());
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      Target: {
        Input: '{"night":"<aws.scheduler.scheduled-time>"}',
        DeadLetterConfig: Match.anyValue(),
        RetryPolicy: { MaximumEventAgeInSeconds: 86400, MaximumRetryAttempts: 185 },
      },
    });
  });
});

test('the agent gets one way to code, no permission on findings, and the rules that were added', () => {
  const scene = withStagedAssets(() => auditor({ additionalRules: 'Report every use of the module legacy-crypto.' }));
  const outdir = scene.app.synth().directory;
  const text = readdirSync(outdir)
    .filter((name) => /^asset\..*\.json$/.test(name))
    .map((name) => readFileSync(path.join(outdir, name), 'utf8'))
    .find((file) => file.includes('Your final answer is one SARIF 2.1.0 log'));
  expect(text).toContain('clone_repository');
  expect(text).toContain('Report every use of the module legacy-crypto.');
  const { Statement } = policyOfExecutionRole(scene);
  expect(JSON.stringify(Statement)).not.toContain('Findings');
  expect(Statement.flatMap(({ Action }: any) => Action)).toContain('codecommit:GitPull');
});

function policyOfExecutionRole(scene: Scene): { Statement: any[] } {
  const role = scene.stack.getLogicalId(scene.auditor.agent.executionRole.node.defaultChild as any);
  const policies = templateOf(scene).findResources('AWS::IAM::Policy', {
    Properties: { Roles: Match.arrayWith([{ Ref: role }]) },
  });
  return { Statement: Object.values(policies).flatMap(({ Properties }) => Properties.PolicyDocument.Statement) };
}

describe('findings', () => {
  test('are locked for 90 days, or as the user says', () => {
    const lockOf = (props: object) =>
      Object.entries(templateOf(auditor(props)).findResources('AWS::S3::Bucket'))
        .filter(([id]) => id.includes('Findings'))
        .map(([, { Properties }]) => Properties.ObjectLockConfiguration?.Rule.DefaultRetention);
    expect(lockOf({})).toEqual([{ Mode: 'GOVERNANCE', Days: 90 }]);
    const findingsLock = ObjectLock.compliance(Duration.days(30));
    expect(lockOf({ findingsLock })).toEqual([{ Mode: 'COMPLIANCE', Days: 30 }]);
  });

  test('go to Security Hub only when asked for, through an endpoint, as the product of the account', () => {
    const without = templateOf(auditor());
    expect(JSON.stringify(without.toJSON())).not.toContain('securityhub');
    const template = templateOf(auditor({ securityHub: SecurityHubImport.newFindings() }));
    template.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      ServiceName: 'com.amazonaws.us-east-1.securityhub',
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'securityhub:BatchImportFindings',
            Resource: {
              'Fn::Join': [
                '',
                ['arn:', { Ref: 'AWS::Partition' }, ':securityhub:us-east-1:111122223333:product/111122223333/default'],
              ],
            },
          }),
        ]),
      },
    });
  });

  test('are handled inside the network: both functions have their subnets', () => {
    const functions = Object.values(templateOf(auditor()).findResources('AWS::Lambda::Function')).filter(
      ({ Properties }) => Properties.Environment?.Variables?.BMA_FINDINGS_BUCKET !== undefined,
    );
    expect(functions).toHaveLength(2);
    functions.forEach(({ Properties }) => expect(Properties.VpcConfig.SubnetIds.length).toBeGreaterThan(0));
  });
});

describe('refuses', () => {
  const cases: [string, () => Partial<SecurityAuditorProps>, RegExp][] = [
    ['no repository', () => ({ repositories: [] }), /1 to 50 repositories/],
    [
      'a GitHub repository without a way to it',
      () => ({ repositories: [SourceRepository.gitHub('owner/name')] }),
      /egress: AgentEgress\.allowList\(\['github\.com'\]\)/,
    ],
    [
      'a schedule that is none',
      () => ({ schedule: ScheduleExpression.expression('cron(0 3 * * *)') }),
      /number of fields/,
    ],
    ['rules that fill a book', () => ({ additionalRules: 'x'.repeat(8001) }), /at most 8000 characters/],
    ['a credential in the rules', () => ({ additionalRules: `token ghp_${'a1B2'.repeat(9)}` }), /GitHub token/],
  ];
  test.each(cases)('%s', (_name, props, message) => {
    expect(() => auditor(props())).toThrow(message);
  });
});

test('GitHub repositories with an allow-list, and bundles in S3', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack', { env: ENV });
  const network = new AgentNetwork(stack, 'Network', { egress: AgentEgress.allowList(['github.com']) });
  const { auditMachine } = new SecurityAuditor(stack, 'Auditor', {
    baseline: new AgentBaseline(stack, 'Baseline', { network }),
    schedule: NIGHTLY,
    repositories: [
      SourceRepository.gitHub('owner/name'),
      SourceRepository.s3Bundle('legacy', Bucket.fromBucketName(stack, 'Bundles', 'bundles'), 'legacy.bundle'),
    ],
  });
  expect(auditMachine).toBeDefined();
  expect(definitionOf({ app, stack } as Scene).States.Repositories.Result).toEqual(['owner/name', 'legacy']);
});
