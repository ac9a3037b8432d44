import * as fs from 'node:fs';
import * as path from 'node:path';
import Ajv from 'ajv';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { App, CfnResource, NestedStack, Stack, Stage } from 'aws-cdk-lib/core';
import { addDirectAgent } from '../../fixtures/direct-agent';
import {
  AgentBaseline,
  AgentGuardrail,
  AgentKey,
  AgentModel,
  AgentTool,
  AgentTrigger,
  GitHubWebhook,
  ManagedAgent,
  TurnWorkflow,
} from '../../../lib';
import { SecurityStatement } from '../../../lib/security/security-statement';
import { statementHtml } from '../../../analysis/statement/html';
import { statementMarkdown } from '../../../analysis/statement/markdown';
import { conditionText, grouped } from '../../../analysis/statement/phrases';
import type { Permission, Statement } from '../../../analysis/statement/statement';
import {
  arn,
  changed,
  handWritten,
  statement,
  statementFrom,
  statementsFrom,
  statementsIn,
  type Resources,
} from './hand-written';
import { stageAssets } from '../../staged-assets';

stageAssets();

const schema = JSON.parse(
  fs.readFileSync(path.join(__dirname, '../../../docs/security-statement.schema.json'), 'utf8'),
) as object;
const validate = new Ajv({ strict: true, strictTypes: false, allErrors: true }).compile(schema);

function synthesized(build: (app: App) => void): string {
  const app = new App();
  build(app);
  SecurityStatement.writeFor(app);
  return app.synth().directory;
}

function written(directory: string): Statement[] {
  const place = path.join(directory, 'security-statements');
  return fs
    .readdirSync(place)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(fs.readFileSync(path.join(place, name), 'utf8')) as Statement);
}

const example = (app: App) => addDirectAgent(app, { account: '111122223333', region: 'us-east-1' });

describe('the statement of the CI pipeline agent', () => {
  let found: Statement;
  const may = (purpose: string) =>
    grouped(found.roles.find((role) => role.purpose === purpose)!.permissions).map(
      ({ effect, actions, resources }) => `${effect} ${actions.join(' ')} on ${resources.join(' ')}`,
    );

  beforeAll(() => {
    [found] = written(synthesized(example));
  });

  test('is valid against the published schema', () => {
    validate(found);
    expect(validate.errors).toBeNull();
  });

  test('says that the session role calls one model, drives its own Runtime, and nothing else', () => {
    expect(found.models).toEqual(['openai.gpt-5.6-luna']);
    expect(may('session')).toEqual([
      'allow bedrock-agentcore:InvokeAgentRuntime bedrock-agentcore:StopRuntimeSession on ${CiPipelineAgent/Reviewer/Environment/Endpoint} ${CiPipelineAgent/Reviewer/Environment/Runtime}',
      'allow bedrock-mantle:CreateInference on arn:aws:bedrock-mantle:us-east-1:111122223333:project/default',
      'deny bedrock-mantle:CallWithBearerToken bedrock:CallWithBearerToken on *',
    ]);
  });

  test('lists what commands may do, and why the one wildcard is there', () => {
    expect(may('execution')).toEqual(
      expect.arrayContaining([
        'allow codecommit:GitPull on arn:aws:codecommit:us-east-1:111122223333:payments-service',
        expect.stringMatching(/^allow s3:Abort\* s3:PutObject .* on \$\{CiPipelineAgent\/Reviews\}\/\*$/),
        expect.stringMatching(/^deny .*iam:PassRole on \*$/),
      ]),
    );
    const wildcards = found.roles.flatMap(({ permissions }) => permissions.filter(({ wildcard }) => wildcard));
    expect(wildcards.map(({ action, wildcard }) => `${action}: ${wildcard}`)).toEqual([
      expect.stringMatching(/^ecr:GetAuthorizationToken: no resource-level form: returns a registry login/),
    ]);
  });

  test('names who can start it, and who can become that principal', () => {
    expect(found.starters).toEqual([
      {
        principal: 'CiPipelineAgent/PipelineRole',
        assumedBy: [expect.objectContaining({ principal: 'codebuild.amazonaws.com' })],
        may: ['start sessions', 'submit messages', 'follow turns', 'cancel and delete'],
      },
    ]);
  });

  test('finds the network in the other stack: no way out, every endpoint with a policy of its own', () => {
    const { mode, internet, flows, endpoints } = found.network;
    expect({ mode, internet }).toEqual({ mode: 'VPC', internet: [] });
    expect(flows.map(({ ports }) => ports)).toEqual(['443', '443', '443']);
    expect(endpoints.map(({ service }) => service)).toEqual([
      'bedrock-mantle',
      'dynamodb',
      'ecr.api',
      'ecr.dkr',
      'git-codecommit',
      'logs',
      's3',
    ]);
    expect(endpoints.every(({ ownPolicy }) => ownPolicy)).toBe(true);
  });

  test('names the stores with their keys', () => {
    const stores = Object.fromEntries(found.stores.map(({ name, ...store }) => [name, store]));
    expect(stores['CiPipelineAgent/Reviews']).toEqual({
      type: 'bucket',
      access: ['write'],
      by: ['execution'],
      encryption: 'customer-managed key CiPipelineAgent/Key',
    });
    expect(stores['/mnt/agent']).toMatchObject({ type: 'session storage', by: ['runtime'] });
  });

  test('tells what is recorded, what bounds it, and that nothing is unknown', () => {
    expect(found.audit.trails[0]).toMatchObject({ multiRegion: true, validated: true });
    expect(found.audit.trails[0].records).toEqual(
      expect.arrayContaining([
        'Management',
        'Data, AWS::BedrockMantle::Project',
        'Data, AWS::BedrockAgentCore::Runtime',
      ]),
    );
    expect(found.audit.logGroups.map(({ name }) => name)).toContain('CiPipelineNetwork/Network/FlowLogs/LogGroup');
    expect(found.bounds).toEqual([
      { name: 'Idle time of the environment', value: 1800, unit: 'seconds' },
      { name: 'Lifetime of the environment', value: 28800, unit: 'seconds' },
    ]);
    expect(found.unknown).toEqual([]);
    expect(found.limits.join(' ')).toMatch(/no customer-managed key/);
  });

  test('checks the published session definition against its hash', () => {
    expect(found.definition).toMatchObject({ model: 'openai.gpt-5.6-luna', tools: [] });
  });
});

describe('the statement of an agent with a workflow and triggers of this library', () => {
  let found: Statement;

  beforeAll(() => {
    const directory = synthesized((app) => {
      const stack = new Stack(app, 'Stack', { env: { account: '111122223333', region: 'us-east-1' } });
      const encryptionKey = new AgentKey(stack, 'Key');
      const agent = new ManagedAgent(stack, 'Agent', {
        agentName: 'reviewer',
        model: AgentModel.GPT_5_6_LUNA,
        instructions: 'Review.',
        baseline: new AgentBaseline(stack, 'Baseline', { dataKey: encryptionKey }),
      });
      const guardrail = AgentGuardrail.standard(stack, 'Guardrail');
      const workflow = new TurnWorkflow(stack, 'Turns', { agent, guardrail });
      const webhook = new GitHubWebhook(stack, 'Webhook', { encryptionKey });
      workflow.addTrigger(AgentTrigger.onGitHubPullRequest(webhook, { repositories: ['example-org/payments'] }));
    });
    [found] = written(directory);
  });

  test('is valid against the published schema', () => {
    validate(found);
    expect(validate.errors).toBeNull();
  });

  test('follows the webhook through its bus, queue, starter and workflow to the role that starts the session', () => {
    const [rule, url] = found.triggers;
    expect(rule).toMatchObject({ type: 'EventBridge rule', deadLetterQueue: true });
    expect(url).toMatchObject({ type: 'function URL', when: expect.stringMatching(/^an HTTPS request of anybody;/) });
    const parts = [
      'Webhook/',
      'Events/Rule',
      'Queues/Events',
      'Starter/Handler',
      'Machine',
      'Function',
      'OpenSession/Role',
    ];
    expect(url.path).toEqual(parts.map((part) => expect.stringContaining(part)));
  });

  test('says which fields of the event reach the prompt, and as what', () => {
    expect(found.triggers[0].passesIn).toEqual(
      expect.arrayContaining([
        'a fixed text',
        'event.detail.number (int)',
        expect.stringMatching(/^event\.detail\.pull_request\.title \(text, at most \d+ characters\)$/),
      ]),
    );
  });

  test('lists in every form what the workflow reaches: delivery and evidence are no permissions of the agent', () => {
    const writes = 's3: write ${Stack/Turns/Evidence}/turns/*';
    expect(statementMarkdown(found)).toContain(`- \`CollectEvidence\` (\`lambda:invoke\`): `);
    expect(statementMarkdown(found)).toContain(writes);
    expect(statementHtml(found).replaceAll('<wbr>', '')).toContain(`<code>${writes}</code>`);
  });

  test('knows the bounds of a turn and the guardrails of the workflow', () => {
    expect(found.bounds).toEqual(
      expect.arrayContaining([
        { name: 'Duration of a turn of reviewer', value: 3600, unit: 'seconds' },
        { name: 'Turns at the same time in Stack/Turns/Turns/Machine', value: 4, unit: 'turns' },
      ]),
    );
    expect(found.guardrails).toContain('${Stack/Guardrail}');
  });

  test('lists what the workflow does in an ordinary turn, by what its steps call and not by their names', () => {
    const does = found.workflow!.tasks.map((task) => task.does.join(' and ') || task.calls);
    const order = ['dynamodb:updateItem', 'screens input', 'screens output', 's3:putObject', 'deletes a session'];
    expect(order.map((each) => does.indexOf(each))).toEqual(
      [...order.map((each) => does.indexOf(each))].sort((a, b) => a - b),
    );
    expect(does.indexOf('dynamodb:updateItem')).toBeGreaterThan(-1);
    const screening = found.workflow!.tasks.find((task) => task.does.includes('screens input'))!;
    expect(screening.on).toEqual([
      { name: 'Stack/Guardrail', type: 'AWS::Bedrock::Guardrail', facts: ['content filters', 'sensitive information'] },
    ]);
    const opening = found.workflow!.tasks.find((task) => task.does.includes('opens a session'))!;
    expect(opening.reaches).toContainEqual({
      service: 'dynamodb',
      resource: '${Stack/Turns/Ledger}',
      does: ['read', 'write'],
    });
  });

  test('names the keys with what they encrypt, and what keeps failed deliveries', () => {
    expect(found.keys).toContainEqual(expect.objectContaining({ name: 'Stack/Key', rotates: true }));
    expect(found.keys.flatMap(({ encrypts }) => encrypts)).toContainEqual({ type: 'AWS::DynamoDB::Table', count: 1 });
    expect(found.deadLetterQueues).toContainEqual(expect.stringMatching(/^Stack\/.*DeadLetters$/));
  });
});

test.each([
  ['Null', 's3:if-none-match', ['false'], 's3:if-none-match is present'],
  ['Null', 'aws:SourceVpce', ['true'], 'aws:SourceVpce is absent'],
  ['StringEqualsIfExists', 'aws:SourceVpce', ['a', 'b'], 'aws:SourceVpce is a or b (or is absent)'],
  ['ForAllValues:StringEquals', 'aws:TagKeys', ['a'], 'every aws:TagKeys is a (or is absent)'],
  ['ForAnyValue:StringLike', 'aws:TagKeys', ['a*'], 'some aws:TagKeys is like a*'],
])('the condition %s %s is a phrase', (operator, key, values, phrase) => {
  expect(conditionText({ operator, key, values })).toBe(phrase);
});

describe('writing at synth', () => {
  test('writes JSON, Markdown and a page per agent, the same bytes every time', () => {
    const contents = [synthesized(example), synthesized(example)].map((directory) => {
      const place = path.join(directory, 'security-statements');
      return Object.fromEntries(
        fs.readdirSync(place).map((name) => [name, fs.readFileSync(path.join(place, name), 'utf8')]),
      );
    });
    expect(Object.keys(contents[0]).map((name) => path.extname(name))).toEqual(['.html', '.json', '.md']);
    expect(contents[1]).toEqual(contents[0]);
  });

  test('shows what a property override adds after the constructs', () => {
    const directory = synthesized((app) => {
      const { agent } = example(app);
      const runtime = agent.node
        .findAll()
        .find(
          (child): child is CfnResource =>
            CfnResource.isCfnResource(child) && child.cfnResourceType === 'AWS::BedrockAgentCore::Runtime',
        )!;
      runtime.addPropertyOverride('NetworkConfiguration.NetworkMode', 'PUBLIC');
    });
    expect(written(directory)[0].network).toMatchObject({
      mode: 'PUBLIC',
      internet: [expect.stringMatching(/any address/)],
    });
  });

  test('describes agents of Stages and of nested stacks, and reads their grants across stacks', () => {
    const raw = (scope: Stack, bucket: s3.IBucket) => {
      const role = new iam.Role(scope, 'Role', {
        assumedBy: new iam.ServicePrincipal('bedrock-agentcore.amazonaws.com'),
      });
      bucket.grantRead(role);
      new CfnResource(scope, 'Runtime', {
        type: 'AWS::BedrockAgentCore::Runtime',
        properties: {
          AgentRuntimeName: 'Nested',
          RoleArn: role.roleArn,
          NetworkConfiguration: { NetworkMode: 'PUBLIC' },
        },
      });
    };
    const app = new App();
    const stage = new Stage(app, 'Prod', { env: { account: '111122223333', region: 'us-east-1' } });
    const stack = new Stack(stage, 'Outer');
    const bucket = new s3.Bucket(new Stack(stage, 'Data'), 'Bucket');
    raw(new NestedStack(stack, 'Inner'), bucket);
    SecurityStatement.writeFor(app);
    app.synth();
    const [found] = written(stage.outdir);
    expect(found.agent).toMatchObject({ name: 'Nested', region: 'us-east-1' });
    expect(found.stores.map(({ name, access }) => `${name}: ${access.join()}`)).toEqual(['Prod/Data/Bucket: read']);
  });

  test('reads the tools and prompts of an agent of a Stage, whose assets are in the directory of the app', () => {
    const env = { account: '111122223333', region: 'us-east-1' };
    const app = new App();
    const stage = new Stage(new Stage(app, 'Outer'), 'Prod', { env });
    const stack = new Stack(stage, 'Agents');
    const agent = new ManagedAgent(stack, 'Agent', {
      model: AgentModel.GPT_5_6_LUNA,
      instructions: 'Report.',
      baseline: new AgentBaseline(stack, 'Baseline'),
      tools: [AgentTool.stdio({ serverLabel: 'prices', command: '/opt/agent/tools/prices' })],
    });
    const prompt = 'Costs of {{event.detail.month | int}}';
    const workflow = new TurnWorkflow(stack, 'Turns', { agent });
    workflow.addTrigger(AgentTrigger.onEvent('Asked', { source: ['example.costs'] }, { prompt }));
    SecurityStatement.writeFor(app);
    app.synth();

    const [found] = written(stage.outdir);
    expect(found.definition?.tools).toEqual([expect.objectContaining({ label: 'prices' })]);
    const asked = found.triggers.find(({ name }) => name.includes('Asked'));
    expect(asked?.passesIn).toEqual(['a fixed text', 'event.detail.month (int)']);
  });

  test('writes nothing but an empty directory for an app without agents, and can be asked for twice', () => {
    const app = new App();
    new Stack(app, 'Empty');
    SecurityStatement.writeFor(app);
    SecurityStatement.writeFor(app);
    expect(written(app.synth().directory)).toEqual([]);
  });

  test('leaves no statement of an agent that is gone', () => {
    const outdir = synthesized(example);
    const app = new App({ outdir });
    new Stack(app, 'Empty');
    SecurityStatement.writeFor(app);
    app.synth();
    expect(written(outdir)).toEqual([]);
  });

  test('refuses a stack, which cannot know the whole reach', () => {
    expect(() => SecurityStatement.writeFor(new Stack(new App(), 'One'))).toThrow(/pass the App/);
  });
});

describe('a hand-written agent', () => {
  test('is valid against the schema, whatever is missing', () => {
    const bare: Resources = { Runtime: { Type: 'AWS::BedrockAgentCore::Runtime', Properties: {} } };
    for (const found of [statementFrom(handWritten()), statementFrom(bare)]) {
      validate(found);
      expect(validate.errors).toBeNull();
    }
    expect(statementFrom(bare).unknown.map(({ where }) => where)).toEqual([
      'execution role',
      'network',
      'session role',
    ]);
  });

  test('shows the way from the trigger to the principal, and what the trigger passes in', () => {
    expect(statementFrom(handWritten()).triggers).toEqual([
      {
        name: 'Hand#Rule',
        queued: true,
        type: 'EventBridge rule',
        when: '{"source":["aws.codecommit"]}',
        path: ['Hand#Queue', 'Hand#Starter', 'Hand#StarterRole'],
        passesIn: ['$.detail.title'],
        deadLetterQueue: true,
      },
    ]);
  });

  test('who may start a workflow on the way is a starter, too', () => {
    const all = changed((resources) => {
      resources.Machine = {
        Type: 'AWS::StepFunctions::StateMachine',
        Properties: { RoleArn: arn('StarterRole'), DefinitionString: '{"TimeoutSeconds":3600}' },
      };
      resources.Operator = structuredClone(resources.Pipeline);
      resources.Operator.Properties.Policies[0].PolicyDocument.Statement = [
        { Effect: 'Allow', Action: 'states:StartExecution', Resource: { Ref: 'Machine' } },
      ];
    });
    const { starters, bounds } = statementFrom(all);
    expect(starters).toContainEqual(
      expect.objectContaining({ principal: 'Hand#Operator', may: ['start turns through a workflow'] }),
    );
    expect(bounds).toContainEqual({ name: 'Duration of Hand#Machine', value: 3600, unit: 'seconds' });
  });

  test('a schedule passes nothing of an event in', () => {
    const all = changed((resources) => {
      resources.Nightly = {
        Type: 'AWS::Scheduler::Schedule',
        Properties: {
          ScheduleExpression: 'rate(1 day)',
          ScheduleExpressionTimezone: 'Europe/Berlin',
          Target: { Arn: arn('Starter') },
        },
      };
    });
    expect(statementFrom(all).triggers).toContainEqual(
      expect.objectContaining({
        type: 'schedule',
        when: 'rate(1 day) Europe/Berlin',
        passesIn: ['a fixed text'],
        deadLetterQueue: false,
      }),
    );
  });

  test('an event pattern is shown as it is written, also with a reference in it', () => {
    const exists = { detail: { owner: [{ exists: false }], size: [{ numeric: ['>', 5] }], draft: [false, '5'] } };
    const when = (pattern: object) =>
      statementFrom(changed((resources) => (resources.Rule.Properties!.EventPattern = pattern))).triggers[0].when;
    expect(when(exists)).toBe(JSON.stringify(exists));
    expect(when({ source: [null] })).toBe('{"source":[null]}');
    expect(when({ ...exists, resources: [arn('Data')] })).toBe(
      JSON.stringify({ ...exists, resources: ['${Hand#Data}'] }),
    );
  });

  test('a function URL without authentication is a trigger of anybody', () => {
    const all = changed((resources) => {
      resources.Url = {
        Type: 'AWS::Lambda::Url',
        Properties: { TargetFunctionArn: arn('Starter'), AuthType: 'NONE' },
      };
    });
    expect(statementFrom(all).triggers).toContainEqual(
      expect.objectContaining({
        type: 'function URL',
        when: expect.stringMatching(/^an HTTPS request of anybody;/),
        passesIn: ['the whole event'],
      }),
    );
  });

  test('a principal that may create sessions but not pass the session role does not start this agent', () => {
    const all = changed((resources) => statementsIn(resources, 'Pipeline').pop());
    const pipeline = statementFrom(all).starters.find(({ principal }) => principal === 'Hand#Pipeline')!;
    expect(pipeline.may).toEqual(['submit messages', 'follow turns', 'cancel and delete']);
  });

  test('who may invoke the Runtime past its sessions is named, unless its resource policy shuts them out', () => {
    const open = changed((resources) =>
      statementsIn(resources, 'Pipeline').push({
        Effect: 'Allow',
        Action: 'bedrock-agentcore:*',
        Resource: '*',
      }),
    );
    const shut = structuredClone(open);
    shut.Gate = {
      Type: 'AWS::BedrockAgentCore::ResourcePolicy',
      Properties: {
        ResourceArn: arn('Runtime', 'AgentRuntimeArn'),
        Policy: {
          'Fn::Sub':
            '{"Statement":[{"Effect":"Deny","Principal":"*","Action":"bedrock-agentcore:*","Resource":"*","Condition":{"ArnNotEquals":{"aws:PrincipalArn":"${SessionRole.Arn}"}}}]}',
        },
      },
    };
    const directly = (all: Resources) =>
      statementFrom(all)
        .starters.filter(({ may }) => may.includes('invoke the runtime directly'))
        .map(({ principal }) => principal);
    expect(directly(open)).toEqual(['Hand#Pipeline']);
    expect(directly(shut)).toEqual([]);
  });

  test('a policy that the app does not hold is unknown, not nothing', () => {
    const all = changed((resources) => {
      resources.ExecutionRole.Properties.ManagedPolicyArns = ['arn:aws:iam::aws:policy/ReadOnlyAccess'];
      resources.ExecutionRole.Properties.PermissionsBoundary = 'arn:aws:iam::111122223333:policy/boundary';
      statement(resources, 'ExecutionRole', 1).Resource = { 'Fn::ImportValue': 'Elsewhere' };
    });
    expect(statementFrom(all).unknown.map(({ what }) => what)).toEqual([
      'the value of ${Fn::ImportValue Elsewhere}',
      'what the permissions boundary arn:aws:iam::111122223333:policy/boundary leaves',
      'what the policy arn:aws:iam::aws:policy/ReadOnlyAccess allows',
    ]);
  });

  test('a network outside the app is unknown, not isolated', () => {
    const all = changed((resources) => {
      resources.Runtime.Properties.NetworkConfiguration.NetworkModeConfig = {
        Subnets: ['subnet-1'],
        SecurityGroups: ['sg-1'],
      };
    });
    expect(statementFrom(all).unknown.map(({ what }) => what)).toEqual([
      'the endpoints and the names of a VPC that is not in the app',
      'the routes of the subnet subnet-1, which is not in the app',
      'the rules of the security group sg-1, which is not in the app',
    ]);
  });

  test('a condition that the deployment decides is named', () => {
    const [found] = statementsFrom(
      { Hand: handWritten() },
      {
        Hand: {
          Parameters: { P: { Type: 'String' } },
          Conditions: { IsProd: { 'Fn::Equals': [{ Ref: 'P' }, 'prod'] } },
        },
      },
    );
    expect(found.conditions).toEqual(['Hand: IsProd (holds when P = prod)']);
  });

  test('what only some deployments allow is listed with the case, and nothing is assumed', () => {
    const all = changed((resources) => {
      statement(resources, 'ExecutionRole', 1).Resource = {
        'Fn::If': ['IsProd', 'arn:aws:s3:::live/*', 'arn:aws:s3:::test/*'],
      };
    });
    const found = statementFrom(all, {
      Parameters: { P: { Type: 'String' } },
      Conditions: { IsProd: { 'Fn::Equals': [{ Ref: 'P' }, 'prod'] } },
    });
    const { permissions } = found.roles.find(({ purpose }) => purpose === 'execution')!;
    expect(
      permissions.filter(({ action }) => action === 's3:GetObject').map(({ resource, when }) => [resource, when]),
    ).toEqual([
      ['arn:aws:s3:::live/*', 'P = prod'],
      ['arn:aws:s3:::test/*', expect.stringMatching(/^P /)],
    ]);
  });

  test('DNS Firewall limits the names of a way to the internet, and the statement says so', () => {
    const all = changed((resources) => {
      resources.Route = {
        Type: 'AWS::EC2::Route',
        Properties: { RouteTableId: { Ref: 'Table' }, DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: 'nat-1' },
      };
      resources.Good = { Type: 'AWS::Route53Resolver::FirewallDomainList', Properties: { Domains: ['pypi.org'] } };
      resources.All = { Type: 'AWS::Route53Resolver::FirewallDomainList', Properties: { Domains: ['*'] } };
      resources.Rules = {
        Type: 'AWS::Route53Resolver::FirewallRuleGroup',
        Properties: {
          FirewallRules: [
            { Action: 'ALLOW', FirewallDomainListId: arn('Good', 'Id') },
            { Action: 'BLOCK', FirewallDomainListId: arn('All', 'Id') },
          ],
        },
      };
      resources.Bound = {
        Type: 'AWS::Route53Resolver::FirewallRuleGroupAssociation',
        Properties: { VpcId: { Ref: 'Vpc' }, FirewallRuleGroupId: arn('Rules', 'Id') },
      };
    });
    expect(statementFrom(all).network.internet).toEqual([
      'NAT gateway nat-1 to 0.0.0.0/0, names limited by DNS Firewall to pypi.org (addresses are not limited)',
    ]);
  });
});

describe('what a role can become or drive', () => {
  const executionRole = (all: Resources) => statementFrom(all).roles.find(({ purpose }) => purpose === 'execution')!;

  test('is nothing for an ordinary agent', () => {
    expect(executionRole(handWritten()).influences).toBeUndefined();
  });

  test('is its reach: a role that trusts it, and what that role may start', () => {
    const all = changed((resources) => {
      resources.Admin = structuredClone(resources.Pipeline);
      resources.Admin.Properties.AssumeRolePolicyDocument.Statement[0].Principal = { AWS: arn('ExecutionRole') };
    });
    expect(executionRole(all).influences!.map(({ what }) => what)).toEqual(
      expect.arrayContaining(['Hand#Admin', 'sessions of Hand#Runtime']),
    );
    expect(statementFrom(all).starters.map(({ principal }) => principal)).not.toContain('Hand#ExecutionRole');
  });

  test('a function that it may invoke, with the role that the function has', () => {
    const all = changed((resources) =>
      statementsIn(resources, 'ExecutionRole').push({
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: arn('Starter'),
      }),
    );
    expect(executionRole(all).influences!.find(({ what }) => what === 'Hand#Starter')).toEqual({
      what: 'Hand#Starter',
      type: 'AWS::Lambda::Function',
      way: [{ does: 'starts', to: 'Hand#Starter' }],
      certain: true,
    });
  });
});

test('a user and a group with the permissions to start sessions are starters', () => {
  const all = changed((resources) => {
    const { Policies } = structuredClone(resources.Pipeline.Properties);
    resources.User = { Type: 'AWS::IAM::User', Properties: { Groups: [{ Ref: 'Group1' }] } };
    resources.Group1 = { Type: 'AWS::IAM::Group', Properties: { Policies } };
  });
  expect(
    statementFrom(all)
      .starters.filter(({ may }) => may.includes('start sessions'))
      .map(({ principal }) => principal),
  ).toEqual(expect.arrayContaining(['Hand#Group1', 'Hand#User']));
});

test('a role that only continues what something else has started is a step', () => {
  const { starters } = statementFrom(handWritten());
  expect(starters.map(({ principal, step = false }) => [principal, step])).toEqual([
    ['Hand#Pipeline', false],
    ['Hand#StarterRole', true],
  ]);
});

test('names that resolve are a way out, unless DNS Firewall limits them', () => {
  expect(statementFrom(handWritten()).network.names).toEqual([
    expect.objectContaining({ vpc: 'Hand#Vpc', resolves: ['*'] }),
  ]);
});

test.each([
  [
    'a browser of AWS',
    'bedrock-agentcore:StartBrowserSession',
    'arn:aws:bedrock-agentcore:us-east-1:aws:browser/aws.browser.v1',
  ],
  ['any code interpreter', 'bedrock-agentcore:*', '*'],
])('%s that a role may use is a way out', (_, Action, Resource) => {
  const all = changed((resources) =>
    statementsIn(resources, 'ExecutionRole').push({ Effect: 'Allow', Action, Resource }),
  );
  expect(statementFrom(all).network.internet.join()).toMatch(/used by the execution role: it reaches any address/);
});

test('a custom browser is a way out in public mode only', () => {
  const withBrowser = (NetworkMode: string) =>
    changed((resources) => {
      resources.Browser = {
        Type: 'AWS::BedrockAgentCore::BrowserCustom',
        Properties: { NetworkConfiguration: { NetworkMode } },
      };
      statementsIn(resources, 'ExecutionRole').push({
        Effect: 'Allow',
        Action: 'bedrock-agentcore:StartBrowserSession',
        Resource: arn('Browser', 'BrowserArn'),
      });
    });
  expect(statementFrom(withBrowser('PUBLIC')).network.internet).toEqual([
    'browser Hand#Browser used by the execution role: it reaches any address',
  ]);
  expect(statementFrom(withBrowser('SANDBOX')).network.internet).toEqual([]);
});

test('the page says how many start the agent without calling it good', () => {
  const page = statementHtml(statementFrom(handWritten()));
  expect(page).toMatch(/<li class="plain">[^<]*<span[^>]*>•<\/span> started by 1 trigger and 1 principal<\/li>/);
});

test('a name breaks after a separator, never in a word that fits', () => {
  const page = statementHtml(statementFrom(handWritten()));
  expect(page).toContain('arn:<wbr>aws:<wbr>bedrock-mantle');
  expect(/(?:^|\n)code\{[^}]*\}/.exec(page)![0]).toContain('overflow-wrap:break-word');
});

/** What is left of `Allow <action> on <resource>` beside other statements of the role. */
const EFFECTIVE: [string, object, object[], Permission['outcome']][] = [
  ['nothing else', { Action: 's3:GetObject', Resource: 'a' }, [], 'allowed'],
  ['the same denied', { Action: 's3:GetObject', Resource: 'a' }, [{ Action: 's3:GetObject', Resource: 'a' }], 'denied'],
  [
    'denied in another case',
    { Action: 's3:GetObject', Resource: 'a' },
    [{ Action: 'S3:getobject', Resource: '*' }],
    'denied',
  ],
  ['a wider denial', { Action: 's3:Get*', Resource: 'a/*' }, [{ Action: 's3:*', Resource: 'a*' }], 'denied'],
  ['a narrower denial', { Action: 's3:*', Resource: '*' }, [{ Action: 's3:GetObject', Resource: '*' }], 'allowed'],
  ['a denial elsewhere', { Action: 's3:GetObject', Resource: 'a' }, [{ Action: 's3:*', Resource: 'b' }], 'allowed'],
  [
    'a denial with a condition',
    { Action: 's3:GetObject', Resource: 'a' },
    [{ Action: '*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
    'allowed',
  ],
  [
    'all but it denied',
    { Action: 's3:GetObject', Resource: 'a' },
    [{ NotAction: 's3:Get*', Resource: '*' }],
    'allowed',
  ],
  [
    'all but others denied',
    { Action: 's3:PutObject', Resource: 'a' },
    [{ NotAction: 's3:Get*', Resource: '*' }],
    'denied',
  ],
  [
    'all but its resource denied',
    { Action: 's3:GetObject', Resource: 'a' },
    [{ Action: '*', NotResource: 'a' }],
    'allowed',
  ],
  [
    'all but another resource denied',
    { Action: 's3:GetObject', Resource: 'a' },
    [{ Action: '*', NotResource: 'b' }],
    'denied',
  ],
  [
    'an allow of all but something',
    { NotAction: 'iam:*', Resource: '*' },
    [{ Action: 's3:*', Resource: '*' }],
    'allowed',
  ],
];

test.each(EFFECTIVE)('effective permission beside %s', (_, allow, denials, outcome) => {
  const all = changed((resources) => {
    resources.ExecutionRole.Properties.Policies[0].PolicyDocument.Statement = [
      { Effect: 'Allow', ...allow },
      ...denials.map((deny) => ({ Effect: 'Deny', ...deny })),
    ];
  });
  const { permissions } = statementFrom(all).roles.find(({ purpose }) => purpose === 'execution')!;
  expect(permissions.filter(({ effect }) => effect === 'allow')).toEqual([expect.objectContaining({ outcome })]);
});

test.each([
  ['inside it', 's3:GetObject', 'allowed'],
  ['outside it', 'sqs:SendMessage', 'denied'],
  ['that may be partly inside it', 's*', 'allowed'],
])('a permissions boundary of the app: a permission %s', (_, action, outcome) => {
  const all = changed((resources) => {
    resources.ExecutionRole.Properties.PermissionsBoundary = { Ref: 'Boundary' };
    resources.Boundary = {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: { PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] } },
    };
    resources.ExecutionRole.Properties.Policies[0].PolicyDocument.Statement = [
      { Effect: 'Allow', Action: action, Resource: 'a' },
    ];
  });
  const { permissions } = statementFrom(all).roles.find(({ purpose }) => purpose === 'execution')!;
  expect(permissions[0].outcome).toBe(outcome);
});
