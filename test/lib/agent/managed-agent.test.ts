import { createHash } from 'crypto';
import * as fs from 'fs';
import * as path from 'path';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ManagedPolicy, PermissionsBoundary, Role, ServicePrincipal, User } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { App, CfnParameter, Stack, Tags } from 'aws-cdk-lib/core';
import {
  AgentBaseline,
  AgentCompute,
  AgentCoreEnvironment,
  AgentKey,
  AgentModel,
  AgentNetwork,
  AgentProject,
  AgentTool,
  ManagedAgent,
  type ManagedAgentProps,
} from '../../../lib';
import type { SessionDefinitionBinding, SessionDefinitionFile } from '../../../lib/contracts/session';

const ACCOUNT = '111122223333';

function scene(env: { account?: string; region?: string } = { account: ACCOUNT, region: 'us-east-1' }) {
  const app = new App();
  const stack = new Stack(app, 'Stack', { env });
  const key = new AgentKey(stack, 'Key');
  const network = new AgentNetwork(stack, 'Network', { encryptionKey: key });
  const baseline = new AgentBaseline(stack, 'Baseline', { network, dataKey: key });
  const agent = (props: Partial<ManagedAgentProps> = {}, id = 'Agent') =>
    new ManagedAgent(stack, id, {
      model: AgentModel.GPT_5_6_LUNA,
      instructions: 'Review the change.',
      baseline: props.environment ? undefined : baseline,
      ...props,
    });
  return { app, stack, key, network, baseline, agent };
}

/** The policy statements of a role, by Sid. */
function statements(stack: Stack, role: string): Record<string, any> {
  const policies = Template.fromStack(stack).findResources('AWS::IAM::Policy');
  return Object.fromEntries(
    Object.values(policies)
      .filter(({ Properties }) => Properties.Roles.some((ref: { Ref: string }) => ref.Ref.includes(role)))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .map((statement: { Sid?: string; Action: string }) => [statement.Sid ?? String(statement.Action), statement]),
  );
}

/** The published file and the binding of the session definition, as the runtime half reads them. */
function publishedDefinition(app: App, stack: Stack) {
  const assembly = app.synth();
  const template = assembly.getStackByName(stack.stackName).template;
  const parameter: any = Object.values(template.Resources).find((r: any) => r.Type === 'AWS::SSM::Parameter');
  const joined = parameter.Properties.Value['Fn::Join'][1]
    .map((part: any) => (typeof part === 'string' ? part : `<${JSON.stringify(part).replace(/"/g, "'")}>`))
    .join('');
  const binding = JSON.parse(joined) as SessionDefinitionBinding;
  const asset = fs.readdirSync(assembly.directory).find((f) => f.startsWith('asset.') && f.endsWith('.json'))!;
  const bytes = fs.readFileSync(path.join(assembly.directory, asset));
  return { binding, bytes, file: JSON.parse(bytes.toString()) as SessionDefinitionFile };
}

describe('identity', () => {
  test('the session role is assumed by BMA alone, for this account and Region', () => {
    const { stack, agent } = scene();
    agent();
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Action: 'sts:AssumeRole',
            Effect: 'Allow',
            Principal: { Service: 'bedrock-mantle.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': ACCOUNT },
              ArnLike: {
                'aws:SourceArn': {
                  'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:bedrock-mantle:us-east-1:${ACCOUNT}:*`]],
                },
              },
            },
          },
        ],
      },
    });
  });

  test('the session role may call one model in one project and drive one Runtime, nothing else', () => {
    const { stack, agent } = scene();
    agent();
    const found = statements(stack, 'SessionRole');
    expect(Object.keys(found).sort()).toEqual(['CallOneModel', 'DriveOwnRuntime', 'NoBearerTokens']);
    expect(found.CallOneModel).toMatchObject({
      Action: 'bedrock-mantle:CreateInference',
      Condition: { StringEquals: { 'bedrock-mantle:Model': 'openai.gpt-5.6-luna' } },
    });
    expect(JSON.stringify(found.CallOneModel.Resource)).toContain('project/default');
    expect(found.DriveOwnRuntime.Resource).toHaveLength(2);
  });

  test('the execution role writes to its own log group only and can never start sessions', () => {
    const { stack, agent } = scene();
    agent();
    const found = statements(stack, 'ExecutionRole');
    expect(Object.keys(found).sort()).toEqual([
      'ConnectToManagedAgents',
      'LogInToRegistry',
      'NeverStartAgentsOrPassRoles',
      'PullImage',
      'WriteOwnLogGroup',
      // Through CloudWatch Logs only, for this log group only.
      'kms:Decrypt,kms:GenerateDataKey',
      'kms:DescribeKey',
    ]);
    for (const action of ['kms:Decrypt,kms:GenerateDataKey', 'kms:DescribeKey']) {
      expect(found[action].Condition.StringEquals).toEqual({ 'kms:ViaService': 'logs.us-east-1.amazonaws.com' });
    }
    expect(JSON.stringify(found.WriteOwnLogGroup.Resource)).toContain('"Ref":"AgentEnvironmentLogs');
    expect(JSON.stringify(found.WriteOwnLogGroup.Resource)).not.toContain('log-group:*');
    expect(found.NeverStartAgentsOrPassRoles).toMatchObject({ Effect: 'Deny', Resource: '*' });
    expect(found.NeverStartAgentsOrPassRoles.Action).toEqual(
      expect.arrayContaining([
        'bedrock-mantle:CreateAgentSession',
        'iam:PassRole',
        'bedrock-mantle:CallWithBearerToken',
      ]),
    );
  });

  test('a dedicated project narrows every bedrock-mantle permission to itself', () => {
    const { stack, agent } = scene();
    agent({ project: new AgentProject(stack, 'Project') });
    Template.fromStack(stack).resourceCountIs('AWS::BedrockMantle::Project', 1);
    for (const [role, sid] of [
      ['SessionRole', 'CallOneModel'],
      ['ExecutionRole', 'ConnectToManagedAgents'],
    ]) {
      expect(statements(stack, role)[sid].Resource).toEqual({
        'Fn::GetAtt': [expect.stringContaining('Project'), 'Arn'],
      });
    }
  });

  test('a grant to the agent reaches the execution role', () => {
    const { stack, agent } = scene();
    new Bucket(stack, 'Bucket').grantRead(agent());
    expect(Object.keys(statements(stack, 'ExecutionRole')).join()).toContain('s3:GetObject');
    expect(Object.keys(statements(stack, 'SessionRole')).join()).not.toContain('s3:');
  });

  test('a permissions boundary applied to the whole stack is on every role made for it', () => {
    const { stack, agent } = scene();
    agent();
    PermissionsBoundary.of(stack).apply(ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'OrgBoundary'));
    for (const { Properties } of Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role'))) {
      expect(JSON.stringify(Properties.PermissionsBoundary)).toContain('policy/OrgBoundary');
    }
  });

  test('roles that were brought get their policies', () => {
    const { stack, baseline, agent } = scene();
    const role = (id: string, service: string) => new Role(stack, id, { assumedBy: new ServicePrincipal(service) });
    const environment = new AgentCoreEnvironment(stack, 'Environment', {
      baseline,
      executionRole: role('OwnExecution', 'bedrock-agentcore.amazonaws.com'),
    });
    agent({ environment, sessionRole: role('OwnSession', 'bedrock-mantle.amazonaws.com') });
    expect(Object.keys(statements(stack, 'OwnSession'))).toContain('CallOneModel');
    expect(Object.keys(statements(stack, 'OwnExecution'))).toContain('WriteOwnLogGroup');
  });

  test('policies of an imported role have names that no other stack or Region repeats', () => {
    const namesIn = (stackName: string, region: string) => {
      const stack = new Stack(new App(), 'Agents', { stackName, env: { account: ACCOUNT, region } });
      const sessionRole = Role.fromRoleName(stack, 'Given', 'given');
      const baseline = new AgentBaseline(stack, 'Baseline');
      new ManagedAgent(stack, 'Agent', {
        model: AgentModel.GPT_5_6_LUNA,
        instructions: 'Work.',
        baseline,
        sessionRole,
      });
      return Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
        .filter(({ Properties }) => Properties.Roles.includes('given'))
        .map(({ Properties }) => Properties.PolicyName as string);
    };
    const names = [namesIn('One', 'us-east-1'), namesIn('One', 'us-west-2'), namesIn('Two', 'us-east-1')].flat();
    expect(names).toHaveLength(3);
    expect(new Set(names).size).toBe(3);
  });

  test('roles that cannot be changed yield warnings that print the policy to attach', () => {
    const { stack, baseline, agent } = scene();
    const imported = (name: string) =>
      Role.fromRoleArn(stack, name, `arn:aws:iam::${ACCOUNT}:role/${name}`, { mutable: false });
    const environment = new AgentCoreEnvironment(stack, 'Environment', {
      baseline,
      executionRole: imported('Execution'),
    });
    agent({ environment, sessionRole: imported('Session') });
    const warning = (part: string) => Match.stringLikeRegexp(`cannot be changed by this app.*${part}`);
    Annotations.fromStack(stack).hasWarning('/Stack/Agent', warning('bedrock-mantle:CreateInference'));
    Annotations.fromStack(stack).hasWarning('/Stack/Environment', warning('bedrock-mantle:RegisterEnvironment'));
    Annotations.fromStack(stack).hasWarning('/Stack/Environment', warning('logs:PutLogEvents'));
    const attached = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')).flatMap(
      ({ Properties }) => Properties.Roles as unknown[],
    );
    expect(JSON.stringify(attached)).not.toMatch(/Execution|Session/);
  });
});

describe('grants for callers', () => {
  function granted(give: (agent: ManagedAgent, role: Role) => unknown) {
    const { stack, agent } = scene();
    const role = new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('codebuild.amazonaws.com') });
    give(agent(), role);
    return Object.values(statements(stack, 'Caller'));
  }
  const actions = (found: any[], effect = 'Allow') =>
    found
      .filter(({ Effect }) => Effect === effect)
      .flatMap(({ Action }) => Action)
      .sort();

  test('who drives sessions may create, submit and follow, pass exactly the session role, and read the definition', () => {
    const found = granted((agent, role) => agent.grants.driveSessions(role));
    expect(actions(found)).toEqual([
      'bedrock-mantle:CreateAgentSession',
      'bedrock-mantle:CreateAgentSessionEvent',
      'bedrock-mantle:GetAgentSession',
      'bedrock-mantle:ListAgentSessionEvents',
      'bedrock-mantle:ListAgentSessionItems',
      'bedrock-mantle:ListAgentSessions',
      'iam:PassRole',
      's3:GetObject',
      'ssm:GetParameter',
    ]);
    const pass = found.find(({ Action }) => Action === 'iam:PassRole');
    expect(pass.Resource).toEqual({ 'Fn::GetAtt': [expect.stringContaining('SessionRole'), 'Arn'] });
    expect(pass.Condition).toEqual({ StringEquals: { 'iam:PassedToService': 'bedrock-mantle.amazonaws.com' } });
  });

  test('who reads sessions may not create, submit or pass roles', () => {
    const found = granted((agent, role) => agent.grants.readSessions(role));
    expect(actions(found).every((action) => /:(Get|List)AgentSession/.test(action))).toBe(true);
  });

  test('who cancels sessions may not create sessions or pass roles', () => {
    const found = actions(granted((agent, role) => agent.grants.cancelSessions(role)));
    expect(found).toContain('bedrock-mantle:DeleteAgentSession');
    expect(found).not.toContain('bedrock-mantle:CreateAgentSession');
    expect(found).not.toContain('iam:PassRole');
  });

  test('every caller of sessions is denied bearer tokens', () => {
    const denied = actions(
      granted((agent, role) => agent.grants.readSessions(role)),
      'Deny',
    );
    expect(denied).toContain('bedrock-mantle:CallWithBearerToken');
  });

  test('the reported grant is complete', () => {
    const { stack, agent } = scene();
    const grant = agent().grants.driveSessions(new User(stack, 'Human'));
    expect(() => grant.assertSuccess()).not.toThrow();
  });
});

describe('session definition', () => {
  test('instructions of any size are published as a file, with a hash that the binding repeats', () => {
    const { app, stack, agent } = scene();
    const instructions = 'Read the change. '.repeat(2000);
    const made = agent({ instructions });
    const { binding, bytes, file } = publishedDefinition(app, stack);
    expect(file.agent).toEqual({ model: 'openai.gpt-5.6-luna', instructions, tools: [] });
    expect(file.environment).toEqual({
      type: 'aws_bedrock_agentcore',
      workspace_directory: '/mnt/agent/workspace',
      capability_directories: ['/opt/agent/skills'],
    });
    expect(binding.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(binding.sha256).toBe(made.sessionDefinitionHash);
    expect(binding.runtime_qualifier).toBe('live');
    expect(binding.role_arn).toContain('SessionRole');
  });

  test('values known only at deployment travel in the binding, each once', () => {
    const { app, stack, agent } = scene();
    const bucket = new Bucket(stack, 'Bucket');
    agent({
      instructions: `Write to ${bucket.bucketName}. Again: ${bucket.bucketName} in ${new CfnParameter(stack, 'Place').valueAsString}.`,
    });
    const { binding, file } = publishedDefinition(app, stack);
    expect(file.agent.instructions).toBe('Write to {{binding:0}}. Again: {{binding:0}} in {{binding:1}}.');
    expect(binding.values).toHaveLength(2);
    expect(binding.values[0]).toContain('Bucket');
  });

  test('tools are rendered as the service takes them', () => {
    const { app, stack, agent } = scene();
    agent({
      tools: [
        AgentTool.stdio({
          serverLabel: 'docs',
          command: '/opt/agent/tools/docs',
          args: ['--read-only'],
          environment: { REGION: 'us-east-1' },
          inheritedVariables: ['AWS_REGION'],
          allowedTools: ['search'],
        }),
      ],
    });
    expect(publishedDefinition(app, stack).file.agent.tools).toEqual([
      {
        type: 'mcp',
        server_label: 'docs',
        transport: {
          type: 'stdio',
          command: '/opt/agent/tools/docs',
          args: ['--read-only'],
          env: { REGION: 'us-east-1' },
          env_vars: ['AWS_REGION'],
        },
        allowed_tools: ['search'],
      },
    ]);
  });

  test('the hash changes with the instructions and not with the rest of the stack', () => {
    const hash = (instructions: string, extra = false) => {
      const { stack, agent } = scene();
      if (extra) new Bucket(stack, 'Extra');
      return agent({ instructions }).sessionDefinitionHash;
    };
    expect(hash('One')).toBe(hash('One', true));
    expect(hash('One')).not.toBe(hash('Two'));
  });
});

describe('metrics, tags, imports', () => {
  test('Runtime metrics carry the dimensions of the endpoint that sessions use', () => {
    const { stack, baseline } = scene();
    const environment = new AgentCoreEnvironment(stack, 'Environment', { baseline, runtimeName: 'reviewer' });
    const metric = environment.metrics.invocations();
    expect(metric.namespace).toBe('AWS/Bedrock-AgentCore');
    expect(stack.resolve(metric.dimensions)).toMatchObject({ Operation: 'InvokeAgentRuntime', Name: 'reviewer::live' });
  });

  test.each([
    ['throttles', 'Throttles', 'Sum'],
    ['systemErrors', 'SystemErrors', 'Sum'],
    ['userErrors', 'UserErrors', 'Sum'],
    ['latencyInMillis', 'Latency', 'Average'],
    ['sessions', 'SessionCount', 'Sum'],
    ['cpuUsedInVcpuHours', 'CPUUsed-vCPUHours', 'Sum'],
    ['memoryUsedInGigabyteHours', 'MemoryUsed-GBHours', 'Sum'],
  ] as const)('environment.metrics.%s reads %s', (method, name, statistic) => {
    const { stack, baseline } = scene();
    const metric = new AgentCoreEnvironment(stack, 'Environment', { baseline }).metrics[method]();
    expect([metric.metricName, metric.statistic]).toEqual([name, statistic]);
  });

  test.each([
    ['inferences', 'Inferences'],
    ['inferenceClientErrors', 'InferenceClientErrors'],
    ['inputTokens', 'TotalInputTokens'],
    ['outputTokens', 'TotalOutputTokens'],
  ] as const)('project.metrics.%s reads %s', (method, name) => {
    const metric = scene().agent().project.metrics[method]();
    expect([metric.metricName, metric.statistic]).toEqual([name, 'Sum']);
  });

  test('project metrics speak of the agent’s own project', () => {
    const { stack, agent } = scene();
    const metric = agent({ project: new AgentProject(stack, 'Project') }).project.metrics.inputTokens();
    expect(stack.resolve(metric.dimensions)).toEqual({ Project: { 'Fn::GetAtt': [expect.any(String), 'Id'] } });
  });

  test('tags reach the Runtime', () => {
    const { stack, agent } = scene();
    Tags.of(agent()).add('team', 'payments');
    Template.fromStack(stack).hasResourceProperties('AWS::BedrockAgentCore::Runtime', {
      Tags: Match.objectLike({ team: 'payments' }),
    });
  });

  test('an imported agent can be granted to and driven', () => {
    const stack = new Stack(new App(), 'Other', { env: { account: ACCOUNT, region: 'us-east-1' } });
    const imported = ManagedAgent.fromManagedAgentAttributes(stack, 'Agent', {
      agentName: 'reviewer',
      sessionRoleArn: `arn:aws:iam::${ACCOUNT}:role/Session`,
      executionRoleArn: `arn:aws:iam::${ACCOUNT}:role/Execution`,
    });
    const caller = new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('codebuild.amazonaws.com') });
    imported.grants.driveSessions(caller);
    new Bucket(stack, 'Bucket').grantRead(imported);
    const text = JSON.stringify(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
    expect(text).toContain('role/Session');
    expect(text).toContain('parameter/managed-agents/reviewer/session-definition');
    expect(text).toContain('"Roles":["Execution"]');
    expect(() => imported.connections).toThrow(/Other\/Agent: environment .* Fix: pass environment/);
  });

  test('the agent lets no ingress in and reaches its endpoints only', () => {
    const { stack, agent } = scene();
    agent();
    const groups = Object.entries(Template.fromStack(stack).findResources('AWS::EC2::SecurityGroup'));
    const [, own] = groups.find(([id]) => id.startsWith('AgentEnvironment'))!;
    expect(own.Properties.SecurityGroupIngress).toBeUndefined();
    expect(own.DeletionPolicy).toBe('Retain');
    expect(JSON.stringify(own.Properties.SecurityGroupEgress ?? [])).not.toContain('0.0.0.0/0');
  });
});

describe('bad input is refused with path, value, allowed and fix', () => {
  const cases: [string, (s: ReturnType<typeof scene>) => unknown, RegExp][] = [
    [
      'empty instructions',
      (s) => s.agent({ instructions: '  ' }),
      /Stack\/Agent: instructions ' {2}' .*Allowed: a non-empty text.*Fix:/,
    ],
    [
      'a credential in the instructions',
      (s) => s.agent({ instructions: `Use AKIA${'ABCDEFGHIJKLMNOP'}` }),
      /instructions is not accepted.*looks like an AWS access key id.*Secrets Manager/,
    ],
    [
      'a name with a hyphen',
      (s) => s.agent({ agentName: 'my-agent' }),
      /agentName 'my-agent' .*Fix: replace other characters/,
    ],
    ['a name of 49 characters', (s) => s.agent({ agentName: 'a'.repeat(49) }), /at most 48 characters/],
    [
      'two tools of one label',
      (s) => {
        const tool = AgentTool.stdio({ serverLabel: 'docs', command: '/opt/docs' });
        return s.agent({ tools: [tool, tool] });
      },
      /tools 'docs' .*every server label once/,
    ],
    [
      'a kind of compute together with an environment',
      (s: ReturnType<typeof scene>) =>
        s.agent({
          baseline: undefined,
          compute: AgentCompute.agentCore(),
          environment: new AgentCoreEnvironment(s.stack, 'Env', { baseline: s.baseline }),
        }),
      /no compute together with an environment/,
    ],
    [
      'a baseline together with an environment',
      (s) =>
        s.agent({
          baseline: s.baseline,
          environment: new AgentCoreEnvironment(s.stack, 'Env', { baseline: s.baseline }),
        }),
      /no baseline together with an environment/,
    ],
    [
      'one environment for two agents',
      (s) => {
        const environment = new AgentCoreEnvironment(s.stack, 'Env', { baseline: s.baseline });
        s.agent({ environment }, 'One');
        return s.agent({ environment }, 'Two');
      },
      /one agent, one identity/,
    ],
    [
      'one role for session and execution',
      (s) => {
        const role = new Role(s.stack, 'Role', { assumedBy: new ServicePrincipal('bedrock-mantle.amazonaws.com') });
        const environment = new AgentCoreEnvironment(s.stack, 'Env', {
          baseline: s.baseline,
          executionRole: role,
        });
        return s.agent({ environment, sessionRole: role });
      },
      /another role than the execution role/,
    ],
    [
      'a Runtime ARN that is an endpoint',
      (s) =>
        AgentCoreEnvironment.fromAgentCoreEnvironmentAttributes(s.stack, 'Imported', {
          runtimeArn: `arn:aws:bedrock-agentcore:us-east-1:${ACCOUNT}:runtime/a-AbCdEfGhIj/runtime-endpoint/live`,
          executionRoleArn: `arn:aws:iam::${ACCOUNT}:role/e`,
          baseline: s.baseline,
        }),
      /Stack\/Imported: runtimeArn .*not of its endpoint/,
    ],
    [
      'instructions with the placeholder mark',
      (s) => s.agent({ instructions: 'a {{binding:0}} b' }),
      /text without '\{\{binding:'/,
    ],
  ];
  test.each(cases)('%s', (_, make, message) => {
    expect(() => make(scene())).toThrow(message);
  });

  test('a Region where BMA is not offered', () => {
    const { baseline } = scene({});
    const stack = new Stack(baseline.node.root, 'Elsewhere', { env: { region: 'eu-central-1' } });
    const make = () =>
      new ManagedAgent(stack, 'Agent', { model: AgentModel.GPT_5_6_LUNA, instructions: 'Review.', baseline });
    expect(make).toThrow(
      /Elsewhere\/Agent: Region 'eu-central-1' is not accepted\. Allowed: .*us-east-1, us-east-2, us-west-2/,
    );
  });

  test('an unresolved Region passes', () => {
    expect(() => scene({}).agent()).not.toThrow();
  });
});
