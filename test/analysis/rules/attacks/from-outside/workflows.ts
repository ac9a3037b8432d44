import { arnOf } from '../../../model/templates';
import { ACCOUNT, type Resources, machine, may, of, roleOf, states, substituted } from '../app';
import type { Pair } from '../pair';
import { type Numbered, row } from './row';

const workflow = (
  name: string,
  bad: unknown,
  good: Readonly<Record<string, unknown>>,
  change: (value: any, all: Resources) => Resources,
): Pair[] => row('MA-GRD1', name, bad, good, (value) => ({ add: { Machine: machine(change(value, states())) } }));
const sessions = (actions: readonly string[], isPassing: boolean) => [
  may(
    actions.map((action) => `bedrock-mantle:${action}`),
    `arn:aws:bedrock-mantle:us-east-1:${ACCOUNT}:project/default`,
  ),
  ...(isPassing
    ? [
        may('iam:PassRole', arnOf('SessionRole'), {
          Condition: { StringEquals: { 'iam:PassedToService': 'bedrock-mantle.amazonaws.com' } },
        }),
      ]
    : []),
];
/** A resource under a role that may start turns, and under a role that may only read them. */
const starter = (name: string, service: string, add: Resources): Pair[] =>
  row(
    'MA-GRD1',
    name,
    sessions(['CreateAgentSession', 'CreateAgentSessionEvent'], true),
    {
      'looks at sessions': sessions(['GetAgentSession', 'ListAgentSessionItems'], false),
      'reads data': [may('s3:GetObject', 'arn:aws:s3:::team-data/*')],
    },
    (statements: object[]) => ({ add: { TheirRole: roleOf(service, ...statements), ...add } }),
  );
const task = (Resource: string, Parameters: object = {}) => ({
  StartAt: 'A',
  States: { A: { Type: 'Task', Resource, Parameters, End: true } },
});
const second = (name: string, bad: object, good: Readonly<Record<string, object>>): Pair[] =>
  row('MA-GRD1', name, bad, good, (Definition) => ({
    add: {
      TheirRole: roleOf(
        'states.amazonaws.com',
        ...(Definition === bad ? sessions(['CreateAgentSession', 'CreateAgentSessionEvent'], true) : []),
        may('states:InvokeHTTPEndpoint', '*'),
      ),
      Second: of('AWS::StepFunctions::StateMachine', {
        RoleArn: arnOf('TheirRole'),
        EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: arnOf('Key') },
        Definition,
      }),
    },
  }));
const http = (ApiEndpoint: string) => task('arn:aws:states:::http:invoke', { ApiEndpoint, Method: 'POST' });

/** Attacks of outsiders on the screening of turns. */
export const WORKFLOWS: Numbered = [
  [
    47,
    row(
      'MA-GRD1',
      'a workflow with substitutions does not screen',
      { StartAt: 'Open', States: { Open: { ...states().Open, Next: undefined, End: true } } },
      { screens: { StartAt: 'Claim', States: states() } },
      (definition) => ({ add: substituted(definition) }),
    ),
  ],
  [
    48,
    second('a second workflow opens sessions', task('arn:aws:states:::aws-sdk:bedrockmantle:createAgentSession'), {
      'calls another service': task('arn:aws:states:::aws-sdk:s3:listBuckets'),
    }),
  ],
  [
    66,
    starter('an ECS task starts turns', 'ecs-tasks.amazonaws.com', {
      Task: of('AWS::ECS::TaskDefinition', {
        TaskRoleArn: arnOf('TheirRole'),
        ContainerDefinitions: [{ Name: 'x', Image: 'x' }],
      }),
    }),
  ],
  [
    117,
    workflow(
      'the screening judges a constant',
      [{ Text: { Text: 'hello' } }],
      { 'the input': [{ Text: { 'Text.$': '$.content' } }] },
      (Content, { In: { Parameters, ...rest } }) => ({
        In: { ...rest, Parameters: { ...Parameters, 'Content.$': undefined, Content } },
      }),
    ),
  ],
  [
    119,
    second('an HTTP task opens sessions', http('https://bedrock-mantle.us-east-1.api.aws/v1/x'), {
      'another host': http('https://api.example.com/v1/x'),
    }),
  ],
  [
    126,
    starter('a build starts turns', 'codebuild.amazonaws.com', {
      Build: of('AWS::CodeBuild::Project', { ServiceRole: arnOf('TheirRole') }),
    }),
  ],
  [
    161,
    workflow(
      'one branch ends without screening the answer',
      'Publish',
      { 'each branch screens': 'Out', 'the branch fails': 'Refuse' },
      (Next, { Open }) => ({
        Open: { ...Open, Next: 'Short' },
        Short: {
          Type: 'Choice',
          Choices: [{ Variable: '$.short', BooleanEquals: true, Next }],
          Default: 'Out',
        },
      }),
    ),
  ],
];
