import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import {
  App,
  Aws,
  CfnCondition,
  CfnParameter,
  CfnResource,
  Fn,
  NestedStack,
  Stack,
  Stage,
  Validations,
  type PolicyValidationPluginReport,
} from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import {
  AgentBaseline,
  AgentAuditTrail,
  AgentModel,
  ManagedAgent,
  ManagedAgentChecks,
  ManagedAgentRuleFamily,
  type ManagedAgentChecksProps,
} from '../../../lib';
import { RULES } from '../../../analysis/rules';
import { ENV, governedApp } from './governed-app';

const SESSION_TRUST = (account: string) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Service: 'bedrock-mantle.amazonaws.com' },
      Condition: {
        StringEquals: { 'aws:SourceAccount': account },
        ArnLike: { 'aws:SourceArn': `arn:aws:bedrock-mantle:us-east-1:${account}:*` },
      },
    },
  ],
});

/** A session role that trusts a foreign account, as a raw resource. */
const rawRole = (scope: IConstruct, id = 'Raw') =>
  new CfnResource(scope, id, {
    type: 'AWS::IAM::Role',
    properties: { AssumeRolePolicyDocument: SESSION_TRUST('999988887777') },
  });

const stackIn = (scope: App | Stage, id: string) => new Stack(scope, id, { env: ENV });

const check = (scope: IConstruct, props?: ManagedAgentChecksProps) =>
  new ManagedAgentChecks(undefined, props).validateScope(scope);

const found = (report: PolicyValidationPluginReport) =>
  report.violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
  );

/** Synthesizes as `cdk synth` does and returns the report that core writes. */
function synthReport(app: App): { readonly failed: boolean; readonly report: any } {
  let failed = false;
  const errors = jest.spyOn(console, 'error').mockImplementation();
  try {
    app.synth();
  } catch {
    failed = true;
  } finally {
    errors.mockRestore();
  }
  const file = path.join(app.outdir, 'validation-report.json');
  const report = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : { pluginReports: [] };
  return { failed, report };
}

describe('what the pack sees', () => {
  test('everything this library makes with its defaults is clean', () => {
    expect(found(check(governedApp().app))).toEqual([]);
  });

  test('nor with weak references between its stacks', () => {
    const { app, stack } = governedApp({ context: { '@aws-cdk/core:defaultCrossStackReferences': 'weak' } }, false);
    expect(found(check(app))).toEqual([]);
    expect(JSON.stringify(app.synth().getStackArtifact(stack.artifactId).template)).toContain('Fn::GetStackOutput');
  });

  test('a property override, for every rule', () => {
    const { app, stack, networkStack } = governedApp();
    const at = (scope: Stack, place: string) =>
      scope.node.findAll().find(({ node }) => node.path.endsWith(place)) as CfnResource;
    const role = (place: string) => at(stack, `${place}/Resource`);
    role('SessionRole').addPropertyDeletionOverride('AssumeRolePolicyDocument.Statement.0.Condition');
    role('SessionRole').addPropertyOverride('PermissionsBoundary', 'arn:aws:iam::111122223333:policy/b');
    role('ExecutionRole').addPropertyOverride(
      'AssumeRolePolicyDocument.Statement.0.Principal.Service',
      'ec2.amazonaws.com',
    );
    role('ExecutionRole').addPropertyOverride('ManagedPolicyArns', ['arn:aws:iam::aws:policy/AdministratorAccess']);
    role('SessionPolicy').addPropertyDeletionOverride('PolicyDocument.Statement.0.Condition');
    role('SessionPolicy').addPropertyOverride('PolicyDocument.Statement.1.Resource', '*');
    role('SessionPolicy').addPropertyOverride('PolicyDocument.Statement.2.Effect', 'Allow');
    role('Steps/OpenSession/Policy').addPropertyOverride('PolicyDocument.Statement.0', {
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: '*',
    });
    role('Environment/LogPolicy').addPropertyOverride('PolicyDocument.Statement.0.Action', 'iam:CreateRole');
    at(networkStack, 'BedrockMantleEndpoint/Resource').addPropertyOverride('PrivateDnsEnabled', false);
    at(networkStack, 'LogsEndpoint/Resource').addPropertyDeletionOverride('PolicyDocument');
    at(networkStack, 'DnsFirewall/Rules').addPropertyOverride('FirewallRules.1.Action', 'ALERT');
    role('Environment/SecurityGroup').addPropertyOverride('SecurityGroupEgress.0.ToPort', 8443);
    at(stack, 'Environment/RuntimePolicy').addPropertyOverride('Policy', '{"Statement":[]}');
    at(stack, 'Audit/Trail').addPropertyOverride('IsLogging', false);
    at(stack, 'Audit/Trail').addPropertyDeletionOverride('EnableLogFileValidation');
    role('Environment/Logs').addPropertyDeletionOverride('KmsKeyId');
    role('Agent/Key').addPropertyOverride('EnableKeyRotation', false);
    role('Turns/Evidence').addPropertyDeletionOverride('BucketEncryption');
    role('Turns/Evidence/Policy').addPropertyOverride('PolicyDocument.Statement.0.Effect', 'Allow');
    role('Turns/Turns/Machine').addPropertyOverride('DefinitionString', {
      'Fn::Sub': [
        JSON.stringify({
          StartAt: 'Open',
          States: {
            Open: {
              Type: 'Task',
              Resource: 'arn:aws:states:::lambda:invoke',
              Parameters: { FunctionName: '${F}' },
              End: true,
            },
          },
        }),
        { F: { 'Fn::GetAtt': [stack.getLogicalId(role('OpenSession/Function')), 'Arn'] } },
      ],
    });
    role('Agent/Guardrail').addPropertyDeletionOverride('ContentPolicyConfig');
    role('Disputes/Events/Rule').addPropertyDeletionOverride('Targets.0.DeadLetterConfig');
    role('Webhook/Handler/Function').addPropertyDeletionOverride('Environment.Variables.BMA_WEBHOOK_SECRET_ARN');
    const runtime = at(stack, 'Environment/Runtime');
    runtime.addPropertyOverride(
      'AgentRuntimeArtifact.ContainerConfiguration.ContainerUri',
      '111122223333.dkr.ecr.us-east-1.amazonaws.com/agent:latest',
    );
    runtime.addPropertyDeletionOverride('LifecycleConfiguration.MaxLifetime');
    runtime.addPropertyOverride('RoleArn', { 'Fn::GetAtt': [stack.getLogicalId(role('SessionRole')), 'Arn'] });
    at(stack, 'Spend').addPropertyOverride('AlarmActions', []);

    // A Runtime without a VPC has no names to judge, so it is an app of its own.
    const open = governedApp();
    at(open.stack, 'Environment/Runtime').addPropertyOverride('NetworkConfiguration.NetworkMode', 'PUBLIC');

    const families = Object.values(ManagedAgentRuleFamily);
    const reports = [check(app, { families }), check(open.app, { families })];

    const ids = new Set(reports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName)));
    // The Region of a stack and declarations are no properties.
    const others = ['MA-REG1', 'MA-DEV1'];
    expect(RULES.map(({ id }) => id).filter((id) => !ids.has(id) && !others.includes(id))).toEqual([]);
  });

  test('raw resources, CfnInclude and nested stacks, each at its construct path', () => {
    const app = new App();
    const stack = stackIn(app, 'Hand');
    rawRole(stack);
    const nested = new NestedStack(stack, 'Nested');
    rawRole(nested);
    rawRole(new NestedStack(nested, 'Deeper'));
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'include-'));
    const templateFile = path.join(directory, 'template.json');
    fs.writeFileSync(
      templateFile,
      JSON.stringify({
        Resources: {
          Included: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: SESSION_TRUST('999988887777') } },
        },
      }),
    );
    new CfnInclude(stack, 'Include', { templateFile });

    const report = check(app);
    fs.rmSync(directory, { recursive: true });

    expect(found(report).sort()).toEqual([
      'MA-ID1 Hand/Include/Included',
      'MA-ID1 Hand/Nested/Deeper/Raw',
      'MA-ID1 Hand/Nested/Raw',
      'MA-ID1 Hand/Raw',
    ]);
  });

  test('a whole agent in a nested stack: clean, until one thing in it changes', () => {
    const make = () => {
      const app = new App();
      const parent = stackIn(app, 'Parent');
      new AgentAuditTrail(parent, 'Audit');
      const agent = new ManagedAgent(new NestedStack(parent, 'Nested'), 'Agent', {
        model: AgentModel.GPT_5_6_LUNA,
        instructions: 'Review.',
        baseline: new AgentBaseline(parent, 'Baseline'),
      });
      return { app, agent };
    };
    const { app, agent } = make();
    const policy = agent.node.findAll().find(({ node }) => node.path.endsWith('SessionPolicy/Resource')) as CfnResource;
    policy.addPropertyDeletionOverride('PolicyDocument.Statement.0.Condition');

    expect(found(check(make().app))).toEqual([]);
    expect(found(check(app))).toEqual(['MA-ID4 Parent/Nested/Agent/SessionPolicy/Resource']);
  });

  test('a value that a nested stack gets as a parameter', () => {
    const app = new App();
    const stack = stackIn(app, 'Parent');
    const nested = (id: string, account: string) => {
      const inner = new NestedStack(stack, id, { parameters: { Account: account } });
      const parameter = new CfnParameter(inner, 'Account');
      new CfnResource(inner, 'Role', {
        type: 'AWS::IAM::Role',
        properties: {
          AssumeRolePolicyDocument: {
            Statement: {
              ...SESSION_TRUST('x').Statement[0],
              Condition: {
                StringEquals: { 'aws:SourceAccount': parameter.valueAsString },
                ArnLike: { 'aws:SourceArn': `arn:aws:bedrock-mantle:us-east-1:${parameter.valueAsString}:*` },
              },
            },
          },
        },
      });
    };
    nested('Own', ENV.account);
    nested('Foreign', '999988887777');

    expect([...new Set(found(check(app)))]).toEqual(['MA-ID1 Parent/Foreign/Role']);
  });

  test('a permission in one stack for a role in another', () => {
    const app = new App();
    const roles = stackIn(app, 'Roles');
    const role = new iam.Role(roles, 'Session', {
      assumedBy: new iam.ServicePrincipal('bedrock-mantle.amazonaws.com'),
    });
    const clients = stackIn(app, 'Clients');
    const client = new iam.Role(clients, 'Client', { assumedBy: new iam.ServicePrincipal('codebuild.amazonaws.com') });
    client.addToPolicy(new iam.PolicyStatement({ actions: ['iam:PassRole'], resources: [role.roleArn] }));

    expect(found(check(clients))).toEqual(['MA-ID6 Clients/Client/DefaultPolicy/Resource']);
  });

  test('a policy attached to an imported role by its name', () => {
    const app = new App();
    const stack = stackIn(app, 'Hand');
    const role = iam.Role.fromRoleArn(stack, 'Imported', 'arn:aws:iam::111122223333:role/agents/runner');
    role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['s3:*'], resources: ['*'] }));
    new CfnResource(stack, 'Runtime', {
      type: 'AWS::BedrockAgentCore::Runtime',
      properties: { AgentRuntimeName: 'a', RoleArn: role.roleArn },
    });

    expect(found(check(stack, { families: [ManagedAgentRuleFamily.IDENTITY] }))).toEqual([
      'MA-ID5 Hand/Imported/Policy/Resource',
      // What else the role may do isn't in the app.
      'MA-READ1 Hand/Runtime',
    ]);
  });

  test('a danger that only one value of a condition brings', () => {
    const app = new App();
    const stack = stackIn(app, 'Hand');
    const stage = new CfnParameter(stack, 'Stage');
    new CfnCondition(stack, 'IsTest', { expression: Fn.conditionEquals(stage, 'test') });
    const [statement] = SESSION_TRUST(ENV.account).Statement;
    new CfnResource(stack, 'Role', {
      type: 'AWS::IAM::Role',
      properties: {
        AssumeRolePolicyDocument: {
          Statement: { ...statement, Condition: Fn.conditionIf('IsTest', Aws.NO_VALUE, statement.Condition) },
        },
      },
    });

    expect(new Set(found(check(app)))).toEqual(new Set(['MA-ID1 Hand/Role']));
  });
});

describe('what the pack is asked to judge', () => {
  test('one Stage only, when it is registered there', () => {
    const app = new App();
    const judged = new Stage(app, 'Judged');
    const other = new Stage(app, 'Other');
    rawRole(stackIn(other, 'Stack'));
    stackIn(judged, 'Stack');
    Validations.of(judged).addPlugins(new ManagedAgentChecks(judged));

    expect(synthReport(app).failed).toBe(false);
  });

  test('one Stack only, when it is the scope', () => {
    const app = new App();
    const judged = stackIn(app, 'Judged');
    rawRole(stackIn(app, 'Other'));
    new sns.Topic(judged, 'Topic');
    Validations.of(judged).addPlugins(new ManagedAgentChecks(judged));

    expect(synthReport(app).failed).toBe(false);
  });

  test('only the families it is given', () => {
    const app = new App();
    rawRole(stackIn(app, 'Hand'));

    expect(check(app, { families: [ManagedAgentRuleFamily.NETWORK] }).violations).toEqual([]);
  });

  test('a required boundary on every role', () => {
    const boundary = 'arn:aws:iam::111122223333:policy/agents';
    const { app } = governedApp();

    const report = check(app, { families: [ManagedAgentRuleFamily.IDENTITY], permissionsBoundary: boundary });

    expect(new Set(report.violations.map(({ ruleName }) => ruleName))).toEqual(new Set(['MA-ID9']));
    expect(found(report)).toContain('MA-ID9 Agent/Reviewer/SessionRole/Resource');
  });
});

describe('what happens at synth', () => {
  /** An app whose only fault is that its agent's trail does not validate its files: an `error`. */
  const withoutValidation = () => {
    const made = governedApp();
    const trail = made.stack.node.findAll().find(({ node }) => node.path.endsWith('Audit/Trail')) as CfnResource;
    trail.addPropertyDeletionOverride('EnableLogFileValidation');
    Validations.of(made.app).addPlugins(new ManagedAgentChecks(made.app));
    return made;
  };
  const pluginReport = (report: any) =>
    report.pluginReports.find((each: any) => each.pluginName === 'ManagedAgentChecks');

  test('a violation fails it; the report has the rule, the fix, the construct path and the line that made it', () => {
    process.env.CDK_DEBUG = '1';
    const { app } = withoutValidation();
    const { failed, report } = synthReport(app);
    delete process.env.CDK_DEBUG;

    expect(failed).toBe(true);
    const [violation] = pluginReport(report).violations;
    expect(violation).toMatchObject({
      ruleName: 'MA-AUD2',
      severity: 'error',
      description: expect.stringContaining('The files of the trail are not validated.'),
      suggestedFix: expect.stringContaining('Use AgentAuditTrail'),
    });
    const [place] = violation.violatingConstructs;
    expect(place.constructPath).toBe('Agent/Audit/Trail');
    expect(JSON.stringify(place.stackTraces)).toContain('managed-agent-checks.test.ts');
  });

  test('an acknowledged error passes, and stands in the report with its reason', () => {
    const { app, stack } = withoutValidation();
    Validations.of(stack).acknowledge({ id: 'ManagedAgentChecks::MA-AUD2', reason: 'The organization validates' });
    const { failed, report } = synthReport(app);

    expect(failed).toBe(false);
    expect(pluginReport(report).suppressedViolations).toEqual([
      expect.objectContaining({ ruleName: 'MA-AUD2', reason: 'The organization validates' }),
    ]);
  });

  test('an acknowledgement without the name of the pack does not count', () => {
    const { app, stack } = withoutValidation();
    Validations.of(stack).acknowledge({ id: 'MA-AUD2', reason: 'The organization validates' });

    expect(synthReport(app).failed).toBe(true);
  });

  test('a fatal violation cannot be acknowledged', () => {
    const app = new App();
    const stack = stackIn(app, 'Hand');
    rawRole(stack);
    Validations.of(app).addPlugins(new ManagedAgentChecks(app));
    Validations.of(stack).acknowledge({ id: 'ManagedAgentChecks::MA-ID1', reason: 'Please' });

    expect(synthReport(app).failed).toBe(true);
  });

  test('what cannot be judged is one error, which can be acknowledged', () => {
    const app = new App();
    const stack = stackIn(app, 'Hand');
    new CfnResource(stack, 'Runtime', {
      type: 'AWS::BedrockAgentCore::Runtime',
      properties: {
        NetworkConfiguration: {
          NetworkMode: 'VPC',
          NetworkModeConfig: { Subnets: ['subnet-0123456789abcdef0'], SecurityGroups: ['sg-0123456789abcdef0'] },
        },
      },
    });
    Validations.of(app).addPlugins(new ManagedAgentChecks(app, { families: [ManagedAgentRuleFamily.NETWORK] }));
    Validations.of(stack).acknowledge({ id: 'ManagedAgentChecks::MA-NET5', reason: 'Set by the platform team' });
    const unread = pluginReport(synthReport(app).report).violations;
    expect(unread.map(({ ruleName, severity }: any) => [ruleName, severity])).toEqual([['MA-READ1', 'error']]);
  });

  test('a pack for another app fails synthesis: it would check nothing', () => {
    const app = new App();
    rawRole(stackIn(app, 'Stack'));
    Validations.of(app).addPlugins(new ManagedAgentChecks(new App()));
    expect(() => app.synth()).toThrow(/ManagedAgentChecks: scope 'an App' is not accepted.*Fix: /s);
  });

  test('no family is refused: nothing would be checked', () => {
    expect(() => new ManagedAgentChecks(undefined, { families: [] })).toThrow(
      /families \[\] is not accepted.*Fix: name the families/,
    );
  });

  test('stacks of Stages are in what cdk synth reports, as top-level stacks are', () => {
    const app = new App();
    const [judged, other] = ['Judged', 'Other'].map((id) => new Stage(app, id));
    const inner = new Stage(judged, 'Inner');
    const stacks = [judged, inner, other].map((stage) => stackIn(stage, 'Stack'));
    new sns.Topic(new NestedStack(stacks[0], 'Nested'), 'Topic');
    new ManagedAgentChecks(judged);
    new ManagedAgentChecks(inner);
    app.synth();
    app.synth({ force: true });

    // What the CLI reads: aws-cdk selects stacks by this property of the manifest.
    const marked = stacks.map((stack) => {
      const file = path.join(Stage.of(stack)!.outdir, 'manifest.json');
      return JSON.parse(fs.readFileSync(file, 'utf8')).artifacts[stack.artifactId].properties.validateOnSynth === true;
    });
    expect(marked).toEqual([true, true, false]);
    expect(app.node.children.map(({ node }) => node.id)).not.toContain('ManagedAgentChecksOfStages');
  });

  test('AwsSolutionsChecks works beside it in the same app', () => {
    const app = new App();
    const stack = stackIn(app, 'Hand');
    rawRole(stack);
    new sns.Topic(stack, 'Topic');
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ManagedAgentChecks(app));
    const { report } = synthReport(app);

    const rules = report.pluginReports.flatMap((each: any) => each.violations.map(({ ruleName }: any) => ruleName));
    expect(rules).toEqual(expect.arrayContaining(['AwsSolutions-SNS3', 'MA-ID1']));
  });
});
