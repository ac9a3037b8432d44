import { arnOf } from '../../../model/templates';
import { ACCOUNT, document, machine, may, of, ref, states } from '../app';
import type { Pair, Change } from '../pair';
import { type Numbered, row } from './row';

// Joined here, so that no scanner mistakes it for a real credential.
const TOKEN = ['sk-', 'proj-', 'abcdefghijklmnopqrstuvwxyz0123456789ABCD'].join('');
const GITHUB = ['gh', 'p_', 'abcdefghijklmnopqrstuvwxyz0123456789'].join('');
const RESOLVED = '{{resolve:secretsmanager:team/token}}';
const secret = (
  name: string,
  bad: unknown,
  good: Readonly<Record<string, unknown>>,
  change: (value: any) => Change,
): Pair[] => row('MA-ID8', name, bad, good, change);
const drive = document(
  may(
    ['bedrock-mantle:CreateAgentSession', 'bedrock-mantle:CreateAgentSessionEvent'],
    `arn:aws:bedrock-mantle:us-east-1:${ACCOUNT}:project/default`,
  ),
  may(
    'iam:PassRole',
    { 'Fn::ImportValue': 'session-arn' },
    {
      Condition: { StringEquals: { 'iam:PassedToService': 'bedrock-mantle.amazonaws.com' } },
    },
  ),
);

/** Attacks of outsiders with credentials in templates. */
export const CREDENTIALS: Numbered = [
  [
    42,
    secret(
      'the text of a secret',
      { SecretString: TOKEN },
      {
        generated: { GenerateSecretString: {} },
        'another secret': { SecretString: RESOLVED },
        'a parameter without echo': { SecretString: ref('Value') },
        empty: { SecretString: '{}' },
      },
      (rest) => ({
        sections: { Parameters: { Value: { Type: 'String', NoEcho: true } } },
        add: { Mine: of('AWS::SecretsManager::Secret', { KmsKeyId: arnOf('Key'), ...rest }) },
      }),
    ),
  ],
  [
    44,
    secret(
      'the key of a connection',
      `Bearer ${TOKEN}`,
      { resolved: RESOLVED, 'a parameter without echo': ref('Value'), 'the key is resolved': `Bearer ${RESOLVED}` },
      (ApiKeyValue) => ({
        sections: { Parameters: { Value: { Type: 'String', NoEcho: true } } },
        add: {
          Connection: of('AWS::Events::Connection', {
            AuthorizationType: 'API_KEY',
            AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: 'Authorization', ApiKeyValue } },
          }),
        },
      }),
    ),
  ],
  [
    45,
    secret(
      'a user of another stack with a key may drive the agent',
      drive,
      { 'reads data': document(may('s3:GetObject', 'arn:aws:s3:::other/*')) },
      (policy) => ({
        other: {
          Resources: {
            Person: of('AWS::IAM::User', { Policies: [{ PolicyName: 'p', PolicyDocument: policy }] }),
            AccessKey: of('AWS::IAM::AccessKey', { UserName: ref('Person') }),
          },
          Outputs: { Key: { Value: arnOf('AccessKey', 'SecretAccessKey') } },
        },
      }),
    ),
  ],
  [
    110,
    secret(
      'in inline code',
      `const k="${TOKEN}"`,
      { 'from the environment': 'const k=process.env.API_KEY', 'the name of a secret': 'const k="team/api-key"' },
      (ZipFile) => ({ set: { 'Starter.Code': { ZipFile } } }),
    ),
  ],
  [
    111,
    secret('in a state', TOKEN, { 'from the input': '$.key', 'a word': 'pull-request' }, (key) => ({
      add: {
        Machine: machine({
          Claim: { ...states().Claim, Next: 'Note' },
          Note: { Type: 'Pass', Result: { key }, ResultPath: '$.note', Next: 'In' },
        }),
      },
    })),
  ],
  [
    113,
    secret(
      'in a variable of a build',
      { Type: 'PLAINTEXT', Value: TOKEN },
      {
        'a secret': { Type: 'SECRETS_MANAGER', Value: 'openai:key' },
        'a parameter': { Type: 'PARAMETER_STORE', Value: '/openai/key' },
      },
      (value) => ({
        add: {
          Build: of('AWS::CodeBuild::Project', {
            Environment: { EnvironmentVariables: [{ Name: 'OPENAI_API_KEY', ...value }] },
          }),
        },
      }),
    ),
  ],
  [
    114,
    secret(
      'in a variable of a task',
      { Environment: [{ Name: 'GITHUB_TOKEN', Value: GITHUB }] },
      {
        'a secret': { Secrets: [{ Name: 'GITHUB_TOKEN', ValueFrom: ref('Secret') }] },
        'the name of a secret': { Environment: [{ Name: 'GITHUB_TOKEN_SECRET_NAME', Value: 'team/github' }] },
        'the ARN of a secret': { Environment: [{ Name: 'GITHUB_TOKEN_ARN', Value: ref('Secret') }] },
      },
      (rest) => ({
        add: { Task: of('AWS::ECS::TaskDefinition', { ContainerDefinitions: [{ Name: 'x', Image: 'x', ...rest }] }) },
      }),
    ),
  ],
  [
    155,
    secret(
      'a parameter of Parameter Store with a key, in a variable',
      '{{resolve:ssm:/openai/api-key}}',
      { 'a setting': '{{resolve:ssm:/openai/model}}', 'the name of the parameter': '/openai/api-key' },
      (value) => ({ set: { 'Runtime.EnvironmentVariables.SETTINGS': value } }),
    ),
  ],
  [
    156,
    secret('an output of a parameter without echo', true, { 'with echo': false }, (NoEcho) => ({
      sections: {
        Parameters: { Password: { Type: 'String', NoEcho } },
        Outputs: { Leak: { Value: ref('Password') } },
      },
    })),
  ],
];
