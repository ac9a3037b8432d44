import { arnOf } from '../../../model/templates';
import { ACCOUNT, document, may, of, ref } from '../app';
import { type Numbered, row } from './row';

const SAM = 'AWS::Serverless-2016-10-31';
const samFunction = (rest: object) =>
  of('AWS::Serverless::Function', {
    Handler: 'x',
    Runtime: 'nodejs22.x',
    InlineCode: 'x',
    FunctionUrlConfig: { AuthType: 'NONE' },
    ...rest,
  });
const include = { 'Fn::Transform': { Name: 'AWS::Include', Parameters: { Location: 's3://b/more.json' } } };

/** Attacks of outsiders with parts that can't be read. */
export const UNREADABLE: Numbered = [
  [
    8,
    row(
      'MA-NET1 MA-READ1',
      'a loop makes public Runtimes',
      {
        'Rt${X}': of('AWS::BedrockAgentCore::Runtime', {
          AgentRuntimeName: { 'Fn::Sub': 'rt_${X}' },
          RoleArn: arnOf('ExecutionRole'),
          NetworkConfiguration: { NetworkMode: 'PUBLIC' },
        }),
      },
      {
        'makes alarms': {
          'Alarm${X}': of('AWS::CloudWatch::Alarm', {
            AlarmName: { 'Fn::Sub': 'alarm-${X}' },
            Namespace: 'App',
            MetricName: 'Errors',
            Statistic: 'Sum',
            Period: 60,
            EvaluationPeriods: 1,
            Threshold: 1,
            ComparisonOperator: 'GreaterThanThreshold',
          }),
        },
      },
      (made) => ({
        sections: { Transform: 'AWS::LanguageExtensions' },
        add: { 'Fn::ForEach::Made': ['X', ['A', 'B'], made] as any },
      }),
    ),
  ],
  [
    68,
    row(
      'MA-TRG3 MA-READ1',
      'a SAM function with an open URL starts turns',
      [
        may(
          ['bedrock-mantle:CreateAgentSession', 'bedrock-mantle:CreateAgentSessionEvent'],
          `arn:aws:bedrock-mantle:us-east-1:${ACCOUNT}:project/default`,
        ),
        may('iam:PassRole', arnOf('SessionRole'), {
          Condition: { StringEquals: { 'iam:PassedToService': 'bedrock-mantle.amazonaws.com' } },
        }),
      ],
      { 'reads data': [may('s3:GetObject', 'arn:aws:s3:::team-data/*')] },
      (statements: object[]) => ({
        sections: { Transform: SAM },
        add: { Sam: samFunction({ Policies: [document(...statements)] }) },
      }),
    ),
  ],
  [
    69,
    row(
      'MA-TRG3 MA-READ1',
      'a SAM function with an open URL has the role of the starter',
      'StarterRole',
      { 'another role': 'WorkerRole' },
      (id) => ({ sections: { Transform: SAM }, add: { Sam: samFunction({ Role: arnOf(id) }) } }),
    ),
  ],
  [
    77,
    row(
      'MA-READ1',
      'an include adds resources to the stack of the agent',
      'Agent',
      { 'to another stack': 'Other' },
      (stack) => (stack === 'Agent' ? { add: include } : { other: { Resources: include } }),
    ),
  ],
  [
    78,
    row(
      'MA-READ1',
      'a nested stack by URL gets the execution role',
      'Agent',
      { 'in another stack, with another role': 'Other' },
      (stack) => {
        const nested = (Role: unknown) =>
          of('AWS::CloudFormation::Stack', {
            TemplateURL: 'https://s3.amazonaws.com/b/admin.json',
            Parameters: { Role },
          });
        return stack === 'Agent'
          ? { add: { Nested: nested(ref('ExecutionRole')) } }
          : { other: { Nested: nested({ 'Fn::ImportValue': 'worker-name' }) } };
      },
    ),
  ],
  [
    134,
    row(
      'MA-READ1',
      'a macro rewrites the stack of the agent',
      'Agent',
      { 'another stack': 'Other', 'the transform of AWS for loops': 'Loops' },
      (stack) =>
        stack === 'Other'
          ? { other: { Transform: ['CompanyMacro'], Resources: { Thing: of('AWS::SNS::Topic') } } }
          : { sections: { Transform: [stack === 'Agent' ? 'CompanyMacro' : 'AWS::LanguageExtensions'] } },
    ),
  ],
];
