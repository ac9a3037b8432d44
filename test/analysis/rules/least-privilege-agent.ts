/** An agent without a finding of the identity rules, and what tests of these rules add to it. */
import { checkStacks } from '../../../analysis/rules/check';
import { arnOf, role } from '../model/templates';

export const ACCOUNT = '111122223333';
export const REGION = 'us-east-1';
export const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
export const MODEL = { StringEquals: { 'bedrock-mantle:Model': 'openai.gpt-5.6-luna' } };

export const trust = (service: string) => ({
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: `${service}.amazonaws.com` },
      Action: 'sts:AssumeRole',
      Condition: {
        StringEquals: { 'aws:SourceAccount': ACCOUNT },
        ArnLike: { 'aws:SourceArn': `arn:aws:${service}:${REGION}:${ACCOUNT}:*` },
      },
    },
  ],
});

/** An agent with a session role, an execution role and a function that starts turns. */
export function agent(statements: readonly object[] = [], more: Record<string, unknown> = {}, executing: object = {}) {
  return {
    Runtime: { Type: 'AWS::BedrockAgentCore::Runtime', Properties: { RoleArn: arnOf('Execution') } },
    Execution: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: trust('bedrock-agentcore'),
        Policies: [
          {
            PolicyName: 'p',
            PolicyDocument: {
              Statement: [
                {
                  Effect: 'Allow',
                  Action: ['bedrock-mantle:RegisterEnvironment', 'bedrock-mantle:ConnectEnvironment'],
                  Resource: arn('bedrock-mantle', 'project/default'),
                },
                ...statements,
              ],
            },
          },
        ],
        ...executing,
      },
    },
    Session: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: trust('bedrock-mantle'),
        Policies: [
          {
            PolicyName: 'p',
            PolicyDocument: {
              Statement: [
                {
                  Effect: 'Allow',
                  Action: 'bedrock-mantle:CreateInference',
                  Resource: arn('bedrock-mantle', 'project/default'),
                  Condition: MODEL,
                },
                {
                  Effect: 'Allow',
                  Action: 'bedrock-agentcore:InvokeAgentRuntime',
                  Resource: [
                    arnOf('Runtime', 'AgentRuntimeArn'),
                    { 'Fn::Sub': '${Runtime.AgentRuntimeArn}/runtime-endpoint/*' },
                  ],
                },
              ],
            },
          },
        ],
      },
    },
    Client: role('lambda.amazonaws.com', {
      Policies: [
        {
          PolicyName: 'p',
          PolicyDocument: {
            Statement: [
              {
                Effect: 'Allow',
                Action: ['bedrock-mantle:CreateAgentSession', 'bedrock-mantle:CreateAgentSessionEvent'],
                Resource: arn('bedrock-mantle', 'project/default'),
              },
              {
                Effect: 'Allow',
                Action: 'iam:PassRole',
                Resource: arnOf('Session'),
                Condition: { StringEquals: { 'iam:PassedToService': 'bedrock-mantle.amazonaws.com' } },
              },
            ],
          },
        },
      ],
    }),
    Starter: { Type: 'AWS::Lambda::Function', Properties: { Role: arnOf('Client') } },
    ...more,
  };
}

export const allow = (Action: unknown, Resource: unknown = '*', rest: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...rest,
});

/** Ids of the rules that find something, with the severity, in a stack or in a whole template. */
export function found(template: object, others: Record<string, object> = {}): string[] {
  const stack = (id: string, each: object, known = true) => ({
    id,
    stackName: id,
    ...(known ? { account: ACCOUNT, region: REGION } : {}),
    template: 'Resources' in each ? each : { Resources: each },
  });
  const stacks = [stack('App', template), ...Object.entries(others).map(([id, each]) => stack(id, each))];
  const findings = checkStacks({ stacks, families: ['identity'] });
  return [...new Set(findings.map(({ rule, severity }) => `${rule} ${severity}`))].sort();
}

export const admin = (more: object = {}) =>
  role('lambda.amazonaws.com', {
    Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: [allow('*')] } }],
    ...more,
  });
export const policy = (Roles: unknown[], statement: object = allow('s3:*')) => ({
  Type: 'AWS::IAM::Policy',
  Properties: { PolicyName: 'wide', Roles, PolicyDocument: { Statement: [statement] } },
});
export const QUEUE = { Type: 'AWS::SQS::Queue' };
export const TABLE = { Type: 'AWS::DynamoDB::Table', Properties: {} };
export const tool = (roleId: string) => ({ Type: 'AWS::Lambda::Function', Properties: { Role: arnOf(roleId) } });
