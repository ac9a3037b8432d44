import { allow, arnOf, role } from './templates';

const inline = (...documents: object[]) => ({
  Policies: documents.map((PolicyDocument, at) => ({ PolicyName: `p${at}`, PolicyDocument })),
});

const PROJECT = 'arn:aws:bedrock-mantle:us-east-1:111122223333:project/default';

/** An agent with everything that starts it: bus, rule, queue, starter, workflow, the function that opens sessions. */
export function agentApp(changes: Readonly<Record<string, object>> = {}): Record<string, object> {
  return {
    ExecutionRole: role('bedrock-agentcore.amazonaws.com', inline(allow('bedrock-mantle:ConnectEnvironment', PROJECT))),
    Runtime: {
      Type: 'AWS::BedrockAgentCore::Runtime',
      Properties: { AgentRuntimeName: 'agent', RoleArn: arnOf('ExecutionRole') },
    },
    SessionRole: role(
      'bedrock-mantle.amazonaws.com',
      inline(allow('bedrock-agentcore:InvokeAgentRuntime', arnOf('Runtime', 'AgentRuntimeArn'))),
    ),
    OpenRole: role(
      'lambda.amazonaws.com',
      inline(
        allow('bedrock-mantle:CreateAgentSession', PROJECT),
        allow('iam:PassRole', arnOf('SessionRole'), {
          Condition: { StringEquals: { 'iam:PassedToService': 'bedrock-mantle.amazonaws.com' } },
        }),
        allow(['dynamodb:PutItem', 'dynamodb:UpdateItem'], arnOf('Ledger')),
        allow('ssm:GetParameter', { 'Fn::Sub': 'arn:aws:ssm:us-east-1:111122223333:parameter/${Definition}' }),
      ),
    ),
    Open: { Type: 'AWS::Lambda::Function', Properties: { Role: arnOf('OpenRole') } },
    Ledger: { Type: 'AWS::DynamoDB::Table', Properties: { SSESpecification: { KMSMasterKeyId: arnOf('Key') } } },
    Definition: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: '{}' } },
    Key: { Type: 'AWS::KMS::Key' },
    MachineRole: role('states.amazonaws.com', inline(allow('lambda:InvokeFunction', arnOf('Open')))),
    Machine: { Type: 'AWS::StepFunctions::StateMachine', Properties: { RoleArn: arnOf('MachineRole') } },
    StarterRole: role('lambda.amazonaws.com', inline(allow('states:StartExecution', { Ref: 'Machine' }))),
    Starter: { Type: 'AWS::Lambda::Function', Properties: { Role: arnOf('StarterRole') } },
    Queue: { Type: 'AWS::SQS::Queue' },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { FunctionName: { Ref: 'Starter' }, EventSourceArn: arnOf('Queue') },
    },
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'agents' } },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventBusName: { Ref: 'Bus' },
        EventPattern: { source: ['app'] },
        Targets: [{ Id: 't', Arn: arnOf('Queue') }],
      },
    },
    ...changes,
  };
}

/** A policy of its own that gives the execution role more. */
export function more(Action: unknown, Resource: unknown, rest: object = {}): object {
  return {
    Type: 'AWS::IAM::Policy',
    Properties: {
      PolicyName: 'more',
      PolicyDocument: allow(Action, Resource, rest),
      Roles: [{ Ref: 'ExecutionRole' }],
    },
  };
}
