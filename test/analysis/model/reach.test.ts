import { agents } from '../../../analysis/model/agents';
import { governanceOf } from '../../../analysis/model/governance';
import { reach } from '../../../analysis/model/reach';
import type { TemplateModel } from '../../../analysis/model/template-model';
import { agentApp, more } from './agent-app';
import { allow, arnOf, modelOf, role, trust } from './templates';

const app = (changes: Readonly<Record<string, object>> = {}) => modelOf({ App: agentApp(changes) });
const ends = (model: TemplateModel, from = 'App#ExecutionRole') =>
  reach(model)
    .from(from)
    .map(({ end }) => end);
const agent = (model: TemplateModel) => agents(model)[0];
const AGENT = 'agent App#Runtime';

test('an agent is its compute with the roles around it', () => {
  const { executionRoles, sessionRoles, clients } = agent(app());
  expect([executionRoles, sessionRoles, clients].map((roles) => roles.map(({ id }) => id))).toEqual([
    ['App#ExecutionRole'],
    ['App#SessionRole'],
    ['App#OpenRole'],
  ]);
});

test('a role that AgentCore only trusts is no execution role', () => {
  const memory = { Type: 'AWS::BedrockAgentCore::Memory', Properties: { MemoryExecutionRoleArn: arnOf('MemoryRole') } };
  const model = app({ MemoryRole: role('bedrock-agentcore.amazonaws.com'), Memory: memory });
  expect(agent(model).executionRoles.map(({ id }) => id)).toEqual(['App#ExecutionRole']);
});

test('a user that may create sessions and pass every role is a client', () => {
  const policies = [{ PolicyName: 'p', PolicyDocument: allow(['bedrock-mantle:*', 'iam:PassRole'], '*') }];
  const model = app({ User: { Type: 'AWS::IAM::User', Properties: { Policies: policies } } });
  expect(agent(model).clients.map(({ id }) => id)).toEqual(['App#OpenRole', 'App#User']);
});

test('everything on the way into an agent leads to it, and nothing of that is in the reach of the agent', () => {
  const model = app();
  const into = reach(model)
    .into(AGENT)
    .map(({ start }) => start);
  expect(into).toEqual(
    expect.arrayContaining(
      ['Bus', 'Rule', 'Queue', 'Mapping', 'Starter', 'StarterRole', 'Machine', 'Open', 'OpenRole'].map(
        (id) => `App#${id}`,
      ),
    ),
  );
  expect(ends(model)).toEqual([]);
});

test('a path has every step, and is as certain as its weakest one', () => {
  const [path] = reach(app())
    .into(AGENT)
    .filter(({ start }) => start === 'App#Bus');
  expect(path.edges.map(({ from, kind }) => `${from} ${kind}`)).toEqual([
    'App#Bus feeds',
    'App#Rule delivers to',
    'App#Queue feeds',
    'App#Mapping delivers to',
    'App#Starter runs as',
    'App#StarterRole starts',
    'App#Machine runs as',
    'App#MachineRole starts',
    'App#Open runs as',
    'App#OpenRole starts',
  ]);
  expect(path).toMatchObject({ end: AGENT, certainty: 'yes' });
});

describe('the execution role can start its own agent', () => {
  const admin = { Policies: [{ PolicyName: 'p', PolicyDocument: allow('*', '*') }] };
  const function_ = { Type: 'AWS::Lambda::Function', Properties: { Role: arnOf('AdminRole') } };

  test.each<[string, Readonly<Record<string, object>>]>([
    ['by starting the workflow', { More: more('states:StartExecution', { Ref: 'Machine' }) }],
    [
      'by starting every workflow',
      { More: more('states:Start*', 'arn:aws:states:us-east-1:111122223333:stateMachine:*') },
    ],
    ['by answering a step of it', { More: more('states:SendTaskSuccess', '*') }],
    ['by a message', { More: more('sqs:SendMessage', arnOf('Queue')) }],
    ['by an event', { More: more('events:PutEvents', arnOf('Bus')) }],
    ['by an event on every bus', { More: more('events:PutEvents', '*') }],
    ['by invoking a function', { More: more('lambda:InvokeFunction', arnOf('Open')) }],
    [
      'by invoking an alias',
      {
        Live: {
          Type: 'AWS::Lambda::Alias',
          Properties: { FunctionName: { Ref: 'Open' }, Name: 'live', FunctionVersion: '1' },
        },
        More: more('lambda:InvokeFunction', { Ref: 'Live' }),
      },
    ],
    [
      'by invoking a function that is an administrator',
      {
        AdminRole: role('lambda.amazonaws.com', admin),
        AdminFunction: function_,
        More: more('lambda:InvokeFunction', arnOf('AdminFunction')),
      },
    ],
    [
      'by a role that trusts it',
      {
        AdminRole: {
          Type: 'AWS::IAM::Role',
          Properties: { AssumeRolePolicyDocument: trust({ AWS: arnOf('ExecutionRole') }), ...admin },
        },
      },
    ],
    [
      'by a role that trusts the account',
      {
        AdminRole: {
          Type: 'AWS::IAM::Role',
          Properties: { AssumeRolePolicyDocument: trust({ AWS: '111122223333' }), ...admin },
        },
        More: more('sts:AssumeRole', arnOf('AdminRole')),
      },
    ],
    [
      'by a permission of the function',
      {
        Permission: {
          Type: 'AWS::Lambda::Permission',
          Properties: {
            Action: 'lambda:InvokeFunction',
            FunctionName: { Ref: 'Open' },
            Principal: arnOf('ExecutionRole'),
          },
        },
      },
    ],
    [
      'by the policy of the queue',
      {
        QueuePolicy: {
          Type: 'AWS::SQS::QueuePolicy',
          Properties: {
            Queues: [{ Ref: 'Queue' }],
            PolicyDocument: allow('sqs:SendMessage', '*', { Principal: { AWS: arnOf('ExecutionRole') } }),
          },
        },
      },
    ],
    [
      'by an object in a bucket that notifies a function',
      {
        Bucket: {
          Type: 'AWS::S3::Bucket',
          Properties: {
            NotificationConfiguration: {
              LambdaConfigurations: [{ Event: 's3:ObjectCreated:*', Function: arnOf('Open') }],
            },
          },
        },
        More: more('s3:PutObject', { 'Fn::Sub': '${Bucket.Arn}/in/*' }),
      },
    ],
    [
      'by an event on the default bus',
      {
        Custom: {
          Type: 'AWS::Events::Rule',
          Properties: { EventPattern: { source: ['my.app'] }, Targets: [{ Id: 't', Arn: arnOf('Queue') }] },
        },
        More: more('events:PutEvents', 'arn:aws:events:us-east-1:111122223333:event-bus/default'),
      },
    ],
    ['by creating sessions itself', { More: more(['bedrock-mantle:CreateAgentSession', 'iam:PassRole'], '*') }],
  ])('%s', (_, changes) => {
    const paths = reach(app(changes))
      .from('App#ExecutionRole')
      .filter(({ end }) => end === AGENT);
    expect(paths.map(({ certainty }) => certainty)).toEqual(['yes']);
  });

  test.each<[string, Readonly<Record<string, object>>]>([
    [
      'reads and writes a table',
      { Table: { Type: 'AWS::DynamoDB::Table' }, More: more(['dynamodb:GetItem', 'dynamodb:PutItem'], arnOf('Table')) },
    ],
    [
      'writes to a bucket that notifies nobody',
      { Bucket: { Type: 'AWS::S3::Bucket' }, More: more('s3:PutObject', { 'Fn::Sub': '${Bucket.Arn}/*' }) },
    ],
    ['sends to another queue', { Other: { Type: 'AWS::SQS::Queue' }, More: more('sqs:SendMessage', arnOf('Other')) }],
    [
      'invokes a function without permissions',
      {
        Role: role('lambda.amazonaws.com'),
        Other: { Type: 'AWS::Lambda::Function', Properties: { Role: arnOf('Role') } },
        More: more('lambda:InvokeFunction', arnOf('Other')),
      },
    ],
    [
      'is denied what it is allowed',
      {
        More: more('states:StartExecution', { Ref: 'Machine' }),
        Denied: {
          Type: 'AWS::IAM::Policy',
          Properties: {
            PolicyName: 'denied',
            Roles: [{ Ref: 'ExecutionRole' }],
            PolicyDocument: { Statement: [{ Effect: 'Deny', Action: 'states:*', Resource: '*' }] },
          },
        },
      },
    ],
    [
      'may put events, but rules on the default bus listen to AWS only',
      {
        Aws: {
          Type: 'AWS::Events::Rule',
          Properties: { EventPattern: { source: ['aws.s3'] }, Targets: [{ Id: 't', Arn: arnOf('Queue') }] },
        },
        More: more('events:PutEvents', 'arn:aws:events:us-east-1:111122223333:event-bus/default'),
      },
    ],
  ])('not when it %s', (_, changes) => {
    expect(ends(app(changes))).not.toContain(AGENT);
  });
});

test('resources that depend on a parameter exist only in its deployments', () => {
  const template = {
    Parameters: { Stage: { Type: 'String', AllowedValues: ['test', 'prod'] } },
    Conditions: { Prod: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
    Resources: agentApp({ More: { ...more('states:StartExecution', { Ref: 'Machine' }), Condition: 'Prod' } }),
  };
  const [path] = reach(modelOf({ App: template }))
    .from('App#ExecutionRole')
    .filter(({ end }) => end === AGENT);
  expect(path.guard.example()).toBe('Stage = prod');
});

test('a literal name that may be the generated one is a doubt', () => {
  const named = app({ More: more('sqs:SendMessage', 'arn:aws:sqs:us-east-1:111122223333:App-Queue-1X2Y3Z') });
  expect(
    reach(named)
      .from('App#ExecutionRole')
      .find(({ end }) => end === AGENT)?.certainty,
  ).toBe('maybe');
  const other = app({ More: more('sqs:SendMessage', 'arn:aws:sqs:us-east-1:111122223333:orders') });
  expect(ends(other)).toEqual([]);
});

test('resources that are named in plain text are wired, too', () => {
  const model = app({
    Open: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: 'open-sessions', Role: arnOf('OpenRole') } },
    Url: { Type: 'AWS::Lambda::Url', Properties: { TargetFunctionArn: 'open-sessions', AuthType: 'NONE' } },
    Named: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventBusName: 'agents',
        EventPattern: { source: ['app'] },
        Targets: [{ Id: 't', Arn: arnOf('Queue') }],
      },
    },
  });
  const into = reach(model)
    .into(AGENT)
    .map(({ start }) => start);
  expect(into).toEqual(expect.arrayContaining(['App#Url', 'App#Named']));
  expect(
    reach(model)
      .outOf('App#Bus')
      .map(({ to }) => to),
  ).toContain('App#Named');
});

test('a principal outside of the assembly is a node', () => {
  const open = (Principal: unknown) => ({
    Policy: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: { Queues: [{ Ref: 'Queue' }], PolicyDocument: allow('sqs:SendMessage', '*', { Principal }) },
    },
  });
  const starts = (principal: unknown) =>
    reach(app(open(principal)))
      .into(AGENT)
      .map(({ start }) => start);
  expect(starts('*')).toContain('everybody');
  expect(starts({ AWS: '444455556666' })).toContain('outside 444455556666');
  expect(starts({ Service: 'events.amazonaws.com' })).toContain('service events.amazonaws.com');
  expect(starts({ AWS: 'arn:aws:iam::111122223333:root' }).filter((node) => node.startsWith('outside'))).toEqual([]);
});

test('governance is what leads to an agent, with what that writes, reads and is encrypted by', () => {
  const model = app({ Unrelated: { Type: 'AWS::DynamoDB::Table' } });
  const governed = governanceOf(model, agent(model));
  expect(Object.fromEntries(governed)).toMatchObject({
    'App#Machine': 'drives',
    'App#Queue': 'drives',
    'App#Bus': 'drives',
    'App#OpenRole': 'role',
    'App#ExecutionRole': 'role',
    'App#Ledger': 'store',
    'App#Definition': 'definition',
    'App#Key': 'key',
  });
  expect(governed.has('App#Unrelated')).toBe(false);
});

test('the number of edges of many agents grows linearly with the templates', () => {
  const stacks = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`App${at}`, agentApp()]));
  const edges = (count: number) => {
    const model = modelOf(stacks(count));
    const all = agents(model).flatMap(({ id }) => reach(model).into(id));
    return all.length;
  };
  expect(edges(20)).toBe(10 * edges(2));
});

test('a rule leads to its targets, not to resources in its pattern', () => {
  const model = app({
    Watch: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventPattern: { source: ['aws.states'], detail: { stateMachineArn: [{ Ref: 'Machine' }] } },
        Targets: [{ Id: 'log', Arn: arnOf('Notes') }],
      },
    },
    Notes: { Type: 'AWS::SQS::Queue', Properties: {} },
  });
  const into = reach(model)
    .into(AGENT)
    .map(({ start }) => start);
  expect(into).not.toContain('App#Watch');
});
