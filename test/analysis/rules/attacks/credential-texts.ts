import { arnOf } from '../../model/templates';
import { functionOf, of, roleOf } from './app';
import { type Change, type Pair, pair } from './pair';

// Put together here, so that no scanner takes them for one of ours.
const TOKEN = ['gh', 'p_', '16C7e42F292c6912E7710c838347Ae178B4a'].join('');
const PASSWORD = ['q8Zr4', 'tY7uI0p'].join('');
const KEY = ['wJ4lrXUtnF9EMI', 'K7MD3NGbPxRfiCYzT1mQh8Lk2'].join('/');
const resolved = '{{resolve:secretsmanager:team/token}}';
const secret = (name: string, bad: unknown, good: unknown, change: (value: any) => Change): Pair =>
  pair('MA-ID8', name, bad, good, change);
const added = (name: string, type: string, bad: unknown, good: unknown, properties: (value: any) => object): Pair =>
  secret(name, bad, good, (value) => ({ add: { Mine: of(type, properties(value)) } }));
const section = (name: string, bad: object, good: object): Pair =>
  secret(`in the section ${name}`, bad, good, (content) => ({ sections: { [name]: content } }));
const variable = (name: string, bad: readonly [string, string], good: readonly [string, string]): Pair =>
  secret(name, bad, good, ([key, value]: [string, string]) => ({
    add: { WorkerRole: roleOf('lambda.amazonaws.com'), Worker: functionOf('WorkerRole', variables({ [key]: value })) },
  }));
const variables = (Variables: object) => ({ Environment: { Variables } });
const task = (rest: object) => ({ ContainerDefinitions: [{ Name: 'x', Image: 'x', ...rest }] });
const CONNECTION = (PASSWORD: string) => ({
  CatalogId: '111122223333',
  ConnectionInput: { ConnectionType: 'JDBC', ConnectionProperties: { USERNAME: 'reader', PASSWORD } },
});

/** Credentials in every part of a template that holds text, and in what programs are started with. */
export const CREDENTIAL_TEXTS: readonly Pair[] = [
  section('Conditions', { C: { 'Fn::Equals': ['a', TOKEN] } }, { C: { 'Fn::Equals': ['a', 'b'] } }),
  section('Mappings', { Unused: { a: { b: TOKEN } } }, { Unused: { a: { b: 'c' } } }),
  secret('in the description of the template', ` ${TOKEN}`, '', (more) => ({
    sections: { Description: `Agents${more}` },
  })),
  section(
    'Parameters',
    { Size: { Type: 'String', Default: 'a', AllowedValues: ['a', TOKEN] } },
    { Size: { Type: 'String', Default: 'a', AllowedValues: ['a', 'b'] } },
  ),
  added('in the properties of a connection of Glue', 'AWS::Glue::Connection', PASSWORD, resolved, CONNECTION),
  added(
    'in an option of a log driver',
    'AWS::ECS::TaskDefinition',
    { 'splunk-token': 'B5A79AAD-D822-46CC-80D1-819F80D7BFB0' },
    {},
    (more) =>
      task({ LogConfiguration: { LogDriver: 'splunk', Options: { 'splunk-url': 'https://a.example', ...more } } }),
  ),
  added('after an option of a command', 'AWS::ECS::TaskDefinition', PASSWORD, '/run/password', (value) =>
    task({ Command: ['run', '--password', value] }),
  ),
  added('in an option of a command', 'AWS::ECS::TaskDefinition', PASSWORD, '/run/password', (value) =>
    task({ Command: ['run', `--db-password=${value}`] }),
  ),
  ...Object.entries<(text: string) => string>({
    'as hexadecimal digits': (text) => Buffer.from(text).toString('hex'),
    'as base64 for URLs': (text) => Buffer.from(`>>>>${text}`).toString('base64url'),
    'as a part of a URL': (text) => [...text].map((each) => `%${each.charCodeAt(0).toString(16)}`).join(''),
  }).map(([how, encoded]) =>
    variable(`encoded ${how}`, ['SETTINGS', encoded(TOKEN)], ['SETTINGS', encoded('mode=strict;level=high;size=20')]),
  ),
  added('in the script of an instance', 'AWS::EC2::LaunchTemplate', KEY, '$(fetch key)', (value) => ({
    LaunchTemplateData: { UserData: { 'Fn::Base64': `#!/bin/bash\nexport AWS_SECRET_ACCESS_KEY=${value}\n` } },
  })),
  added('in a script that is encoded already', 'AWS::EC2::LaunchTemplate', KEY, '$(fetch key)', (value) => ({
    LaunchTemplateData: {
      UserData: Buffer.from(`#!/bin/bash\nexport AWS_SECRET_ACCESS_KEY=${value}\n`).toString('base64'),
    },
  })),
  added(
    'in a command of a document',
    'AWS::SSM::Document',
    `--password=${PASSWORD}`,
    '--password=$PASSWORD',
    (value) => ({
      DocumentType: 'Command',
      Content: {
        schemaVersion: '2.2',
        mainSteps: [{ action: 'aws:runShellScript', name: 'a', inputs: { runCommand: [`mysql -u reader ${value}`] } }],
      },
    }),
  ),
  added('in a list of passwords', 'AWS::ElastiCache::User', [PASSWORD], [resolved], (Passwords) => ({
    UserId: 'reader',
    UserName: 'reader',
    Engine: 'redis',
    AccessString: 'on ~* +@read',
    Passwords,
  })),
  added('in the access of a user of Redis', 'AWS::ElastiCache::User', `on >${PASSWORD}`, 'on', (begin) => ({
    UserId: 'reader',
    UserName: 'reader',
    Engine: 'redis',
    AccessString: `${begin} ~* +@read`,
  })),
  secret('assigned in code', `'${PASSWORD}'`, 'process.env.DB', (value) => ({
    add: {
      WorkerRole: roleOf('lambda.amazonaws.com'),
      Worker: functionOf('WorkerRole', { Code: { ZipFile: `const dbPassword = ${value};` } }),
    },
  })),
  variable('in a variable that is called pwd', ['dbPwd', PASSWORD], ['dbUrl', PASSWORD]),
  variable('in a variable for a key of signatures', ['WEBHOOK_HMAC_KEY', PASSWORD], ['WEBHOOK_HMAC_KIND', 'sha256']),
  variable(
    'in the address of a webhook',
    ['NOTIFY', `https://discord.com/api/webhooks/123456789012345678/${'aB3dE6fG'.repeat(8)}`],
    ['NOTIFY', 'https://discord.com/developers/docs/resources/webhook'],
  ),
  variable(
    'in the address of a connector of Teams',
    ['NOTIFY', `https://example.webhook.office.com/webhookb2/a/IncomingWebhook/${'0a1b2c3d'.repeat(4)}/b`],
    ['NOTIFY', 'https://example.webhook.office.com/help'],
  ),
];

/** What looks like a credential and is none. */
export const NO_CREDENTIALS: Readonly<Record<string, Change>> = {
  'units of time for tokens': {
    add: {
      Client: of('AWS::Cognito::UserPoolClient', {
        UserPoolId: 'us-east-1_a',
        TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'minutes', RefreshToken: 'days' },
      }),
      Skill: of('AWS::Lambda::Permission', {
        Action: 'lambda:InvokeFunction',
        FunctionName: arnOf('Other'),
        Principal: 'alexa-appkit.amazon.com',
        EventSourceToken: 'amzn1.ask.skill.0a1b2c3d',
      }),
      OtherRole: roleOf('lambda.amazonaws.com'),
      Other: functionOf('OtherRole'),
    },
  },
  'scripts that fetch a credential': {
    add: {
      Template: of('AWS::EC2::LaunchTemplate', {
        LaunchTemplateData: {
          MetadataOptions: { HttpTokens: 'required' },
          UserData: {
            'Fn::Base64': [
              '#!/bin/bash',
              'TOKEN=`curl -X PUT "http://169.254.169.254/latest/api/token" -H "X-aws-ec2-metadata-token-ttl-seconds: 21600"`',
              'export DB_PASSWORD=$(aws secretsmanager get-secret-value --secret-id prod/db1 --query SecretString)',
              'npm config set //registry.npmjs.org/:_authToken=$NPM_TOKEN',
              'aws ec2 run-instances --client-token 1234abcd5678',
              'docker login --username AWS --password-stdin registry2.example',
            ].join('\n'),
          },
        },
      }),
      Build: of('AWS::CodeBuild::Project', {
        ServiceRole: 'arn:aws:iam::111122223333:role/build',
        EncryptionKey: arnOf('Key'),
        Artifacts: { Type: 'NO_ARTIFACTS' },
        Environment: { Type: 'LINUX_CONTAINER', ComputeType: 'BUILD_GENERAL1_SMALL', Image: 'x' },
        Source: {
          Type: 'NO_SOURCE',
          BuildSpec: [
            'version: 0.2',
            'env:',
            '  secrets-manager:',
            '    DOCKER_PASSWORD: hub1:password',
            '    NPM_TOKEN: "npm/token-2024"',
          ].join('\n'),
        },
      }),
    },
  },
};
