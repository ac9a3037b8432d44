import { arnOf } from '../../model/templates';
import { document, functionOf, machine, may, of, ref, roleOf, states } from './app';
import { type Change, type Pair, pair } from './pair';

// Joined here, so that no scanner mistakes it for a real credential.
const TOKEN = ['gh', 'p_', '16C7e42F292c6912E7710c838347Ae178B4a'].join('');
const AWS_KEY = ['AK', 'IA', 'Q3EGRZ5XN4LMPT7S'].join('');
const PASSWORD = ['Tr0ub4dor', 'x9Qm2', 'vK7'].join('-');
const secret = (name: string, bad: unknown, good: unknown, change: (value: any) => Change): Pair =>
  pair('MA-ID8', name, bad, good, change);
const resolved = '{{resolve:secretsmanager:team/token}}';
const BUILD = (variables: object[]) => ({
  BuildRole: roleOf('codebuild.amazonaws.com'),
  Build: of('AWS::CodeBuild::Project', {
    ServiceRole: arnOf('BuildRole'),
    Artifacts: { Type: 'NO_ARTIFACTS' },
    Source: { Type: 'NO_SOURCE', BuildSpec: 'version: 0.2' },
    Environment: {
      Type: 'LINUX_CONTAINER',
      ComputeType: 'BUILD_GENERAL1_SMALL',
      Image: 'x',
      EnvironmentVariables: variables,
    },
  }),
});

/** Standing credentials, and credentials in templates. */
export const CREDENTIALS: readonly Pair[] = [
  secret(
    'in a secret',
    { SecretString: `{"token":"${TOKEN}"}` },
    { GenerateSecretString: { SecretStringTemplate: '{"user":"x"}', GenerateStringKey: 'token' } },
    (rest) => ({
      add: { Mine: of('AWS::SecretsManager::Secret', { KmsKeyId: arnOf('Key'), ...rest }) },
    }),
  ),
  secret('joined in a secret', PASSWORD, resolved, (value) => ({
    add: {
      Mine: of('AWS::SecretsManager::Secret', {
        KmsKeyId: arnOf('Key'),
        SecretString: { 'Fn::Join': ['', ['{"password":"', value, '"}']] },
      }),
    },
  })),
  secret('in a provider of AgentCore', TOKEN, resolved, (ApiKey) => ({
    add: { Provider: of('AWS::BedrockAgentCore::ApiKeyCredentialProvider', { Name: 'p', ApiKey }) },
  })),
  secret('in an OAuth provider', PASSWORD, resolved, (ClientSecret) => ({
    add: {
      Provider: of('AWS::BedrockAgentCore::OAuth2CredentialProvider', {
        Name: 'p',
        CredentialProviderVendor: 'GithubOauth2',
        Oauth2ProviderConfigInput: { GithubOauth2ProviderConfig: { ClientId: 'x', ClientSecret } },
      }),
    },
  })),
  secret('in a connection', PASSWORD, resolved, (Password) => ({
    add: {
      Connection: of('AWS::Events::Connection', {
        AuthorizationType: 'BASIC',
        AuthParameters: { BasicAuthParameters: { Username: 'x', Password } },
      }),
    },
  })),
  secret('in the body of a connection', PASSWORD, resolved, (Value) => ({
    add: {
      Connection: of('AWS::Events::Connection', {
        AuthorizationType: 'API_KEY',
        AuthParameters: {
          ApiKeyAuthParameters: { ApiKeyName: 'x', ApiKeyValue: resolved },
          InvocationHttpParameters: { HeaderParameters: [{ Key: 'Authorization', Value, IsValueSecret: true }] },
        },
      }),
    },
  })),
  secret(
    'in a build variable',
    { Type: 'PLAINTEXT', Value: PASSWORD },
    { Type: 'SECRETS_MANAGER', Value: 'team/token' },
    (value) => ({
      add: BUILD([{ Name: 'NPM_TOKEN', ...value }]),
    }),
  ),
  secret(
    'in a variable of a task',
    { Environment: [{ Name: 'DB_PASSWORD', Value: PASSWORD }] },
    { Secrets: [{ Name: 'DB_PASSWORD', ValueFrom: ref('Secret') }] },
    (rest) => ({
      add: { Task: of('AWS::ECS::TaskDefinition', { ContainerDefinitions: [{ Name: 'x', Image: 'x', ...rest }] }) },
    }),
  ),
  secret('in inline code', `const token = '${TOKEN}';`, 'const token = process.env.TOKEN_NAME;', (ZipFile) => ({
    add: { Worker: functionOf('WorkerRole', { Code: { ZipFile } }) },
  })),
  secret('in joined inline code', TOKEN.slice(8), '${process.env.X}', (rest) => ({
    add: {
      Worker: functionOf('WorkerRole', {
        Code: { ZipFile: { 'Fn::Join': ['', ['const token = `', TOKEN.slice(0, 8), rest, '`;']] } },
      }),
    },
  })),
  secret('in the headers of a state', `Bearer ${TOKEN}`, 'application/json', (value) => ({
    add: {
      Machine: machine({
        Notify: {
          Type: 'Task',
          Resource: 'arn:aws:states:::sns:publish',
          Parameters: { TopicArn: '${Topic}', Message: value },
          End: true,
        },
        Publish: { ...states().Publish, End: undefined, Next: 'Notify' },
      }),
    },
  })),
  secret(
    'in the input of a rule',
    JSON.stringify({ apiKey: PASSWORD }),
    JSON.stringify({ kind: 'nightly' }),
    (Input) => ({
      set: { 'Rule.Targets': (targets: object[]) => targets.map((target) => ({ ...target, Input })) },
    }),
  ),
  secret(
    'in the input of a schedule',
    JSON.stringify({ password: PASSWORD }),
    JSON.stringify({ kind: 'nightly' }),
    (Input) => ({
      add: {
        ScheduleRole: roleOf('scheduler.amazonaws.com', may('states:StartExecution', ref('Machine'))),
        Nightly: of('AWS::Scheduler::Schedule', {
          ScheduleExpression: 'rate(1 day)',
          FlexibleTimeWindow: { Mode: 'OFF' },
          Target: {
            Arn: ref('Machine'),
            RoleArn: arnOf('ScheduleRole'),
            Input,
            DeadLetterConfig: { Arn: arnOf('Dead') },
            RetryPolicy: { MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 600 },
          },
        }),
      },
    }),
  ),
  secret('as the default of a NoEcho parameter', PASSWORD, undefined, (Default) => ({
    sections: { Parameters: { Password: { Type: 'String', NoEcho: true, ...(Default ? { Default } : {}) } } },
  })),
  secret('in the instructions of the agent', `Use the token ${TOKEN}.`, 'Use the tool.', (text) => ({
    set: { 'Definition.Value': JSON.stringify({ instructions: text }) },
  })),
  secret('in a variable of the Runtime by its form', AWS_KEY, 'AKIAEXAMPLES', (value) => ({
    set: { 'Runtime.EnvironmentVariables.HOMEPAGE': value },
  })),
  secret('in a variable of the Runtime by its name', PASSWORD, 'team/password', (value) => ({
    set: { [`Runtime.EnvironmentVariables.${value === PASSWORD ? 'DB_PASSWORD' : 'DB_PASSWORD_NAME'}`]: value },
  })),
  secret(
    'resolved into a variable',
    '{{resolve:secretsmanager:team/token:SecretString:token}}',
    'team/token',
    (value) => ({
      set: { 'Starter.Environment.Variables.NAME': value },
    }),
  ),
  secret('in an output', 'Password', 'Stage', (name) => ({
    sections: {
      Parameters: { Password: { Type: 'String', NoEcho: true }, Stage: { Type: 'String' } },
      Outputs: { Out: { Value: ref(name) } },
    },
  })),
  secret('in the tags of a resource', TOKEN, 'team', (Value) => ({ set: { 'Runtime.Tags': { owner: Value } } })),
  secret('in user data', `export TOKEN=${TOKEN}`, 'export STAGE=prod', (script) => ({
    add: { Machine2: of('AWS::EC2::Instance', { ImageId: 'ami-1', UserData: { 'Fn::Base64': script } }) },
  })),
  secret('in a Glue job', PASSWORD, 'x', (value) => ({
    add: {
      Job: of('AWS::Glue::Job', {
        Role: arnOf('WorkerRole'),
        Command: { Name: 'glueetl' },
        DefaultArguments: { [value === PASSWORD ? '--db_password' : '--stage']: value },
      }),
    },
  })),
  secret('in the environment of App Runner', PASSWORD, 'x', (value) => ({
    add: {
      Web: of('AWS::AppRunner::Service', {
        SourceConfiguration: {
          ImageRepository: {
            ImageIdentifier: 'x',
            ImageRepositoryType: 'ECR',
            ImageConfiguration: {
              RuntimeEnvironmentVariables: [{ Name: value === PASSWORD ? 'API_SECRET' : 'STAGE', Value: value }],
            },
          },
        },
      }),
    },
  })),
  secret('in the SAM globals', PASSWORD, 'x', (value) => ({
    sections: {
      Globals: { Function: { Environment: { Variables: { [value === PASSWORD ? 'DB_PASSWORD' : 'STAGE']: value } } } },
    },
  })),
  pair(
    'MA-ID8',
    'a user of another stack holds bearer rights',
    'bedrock-mantle:CallWithBearerToken',
    's3:ListBucket',
    (action) => ({
      other: {
        Person: of('AWS::IAM::User', {
          UserName: 'x',
          Policies: [{ PolicyName: 'p', PolicyDocument: document(may(action, '*')) }],
        }),
      },
    }),
  ),
  pair(
    'MA-ID8',
    'a role of another stack holds bearer rights',
    'bedrock-mantle:CallWithBearerToken',
    's3:ListBucket',
    (action) => ({
      other: { Caller: roleOf('ec2.amazonaws.com', may(action, '*')) },
    }),
  ),
  pair('MA-ID8', 'a service-specific credential', 'bedrock.amazonaws.com', undefined, (ServiceName) => ({
    other: {
      Person: of('AWS::IAM::User', { UserName: 'x' }),
      ...(ServiceName
        ? { Credential: of('AWS::IAM::ServiceSpecificCredential', { UserName: ref('Person'), ServiceName }) }
        : {}),
    },
  })),
  secret('in script that is encoded by hand', TOKEN, 'x', (value) => ({
    add: {
      Host: of('AWS::EC2::Instance', {
        ImageId: 'ami-1',
        UserData: Buffer.from(`export T=${value}`).toString('base64'),
      }),
    },
  })),
  secret('in a file that a machine gets', TOKEN, 'x', (content) => ({
    add: {
      Host: of(
        'AWS::EC2::Instance',
        { ImageId: 'ami-1' },
        { Metadata: { 'AWS::CloudFormation::Init': { config: { files: { '/etc/x': { content } } } } } },
      ),
    },
  })),
  secret('in the metadata of the template', TOKEN, 'x', (note) => ({ sections: { Metadata: { note } } })),
  secret('for the source of builds', PASSWORD, resolved, (Token) => ({
    add: {
      Source: of('AWS::CodeBuild::SourceCredential', {
        AuthType: 'PERSONAL_ACCESS_TOKEN',
        ServerType: 'GITHUB',
        Token,
      }),
    },
  })),
  secret('of an identity provider', PASSWORD, resolved, (value) => ({
    add: {
      Provider: of('AWS::Cognito::UserPoolIdentityProvider', {
        ProviderName: 'g',
        ProviderType: 'Google',
        UserPoolId: 'x',
        ProviderDetails: { client_id: 'x', client_secret: value },
      }),
    },
  })),
  ...[
    ['hf_', 'aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH'],
    ['sk_live_', '4eC39HqLyjWDarjtT1zdp7dc'],
    ['AIza', 'SyA1bC2dE3fG4hI5jK6lM7nO8pQ9rS0tU1-'],
  ].map(([start, rest]) =>
    secret(`in the format ${start}`, start + rest, 'x', (value) => ({
      set: { 'Open.Environment.Variables.A': value },
    })),
  ),
  secret('encoded in a variable', TOKEN, 'a text that is long enough to be encoded', (text) => ({
    set: { 'Open.Environment.Variables.A': Buffer.from(`value=${text}`).toString('base64') },
  })),
  secret('a parameter named after it', PASSWORD, '4096', (Value) => ({
    add: { Mine: of('AWS::SSM::Parameter', { Type: 'String', Name: '/agent/github-token', Value }) },
  })),
  secret('in the variables of a definition in a parameter', 'API_KEY', 'API_LEVEL', (name) => ({
    add: {
      Mine: of('AWS::SSM::Parameter', {
        Type: 'String',
        Value: JSON.stringify({ tools: [{ transport: { type: 'stdio', env: { [name]: PASSWORD } } }] }),
      }),
    },
  })),
  secret('in an option of an environment', PASSWORD, resolved, (Value) => ({
    add: {
      Site: of('AWS::ElasticBeanstalk::Environment', {
        ApplicationName: 'a',
        OptionSettings: [
          { Namespace: 'aws:elasticbeanstalk:application:environment', OptionName: 'API_SECRET', Value },
        ],
      }),
    },
  })),
  secret('in a header to an origin', PASSWORD, resolved, (HeaderValue) => ({
    add: {
      Site: of('AWS::CloudFront::Distribution', {
        DistributionConfig: {
          Enabled: true,
          Origins: [
            { Id: 'o', DomainName: 'x', OriginCustomHeaders: [{ HeaderName: 'X-Origin-Secret', HeaderValue }] },
          ],
        },
      }),
    },
  })),
  secret("in a header of an API's integration", "'Basic dXNlcjpwYXNzd29yZDEyMw=='", "'gzip'", (value) => ({
    add: {
      Method: of('AWS::ApiGateway::Method', {
        RestApiId: 'x',
        ResourceId: 'y',
        HttpMethod: 'GET',
        AuthorizationType: 'AWS_IAM',
        Integration: {
          Type: 'HTTP',
          IntegrationHttpMethod: 'GET',
          Uri: 'https://api.example.com',
          RequestParameters: { 'integration.request.header.Authorization': value },
        },
      }),
    },
  })),
  secret('the key of an API', PASSWORD, undefined, (Value) => ({
    add: { ApiKey: of('AWS::ApiGateway::ApiKey', { Enabled: true, ...(Value ? { Value } : {}) }) },
  })),
  secret('an attribute of a client in a variable', 'ClientSecret', 'ClientId', (attribute) => ({
    add: { Client: of('AWS::Cognito::UserPoolClient', { UserPoolId: 'x', GenerateSecret: true }) },
    set: { 'Runtime.EnvironmentVariables.CLIENT': arnOf('Client', attribute) },
  })),
  secret('an attribute of a client in an output', 'ClientSecret', 'ClientId', (attribute) => ({
    add: { Client: of('AWS::Cognito::UserPoolClient', { UserPoolId: 'x', GenerateSecret: true }) },
    sections: { Outputs: { Client: { Value: arnOf('Client', attribute) } } },
  })),
  secret('of a user outside of the app who starts turns', 'Machine', 'OtherMachine', (machineId) => ({
    add: {
      OtherMachine: of('AWS::StepFunctions::StateMachine', {
        RoleArn: arnOf('WorkerRole'),
        EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: arnOf('Key') },
        DefinitionString: '{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}',
      }),
      People: of('AWS::IAM::ManagedPolicy', {
        Users: ['legacy-ci'],
        PolicyDocument: document(may('states:StartExecution', ref(machineId))),
      }),
    },
  })),
  secret('of a user whom the role of the starter trusts', 'StarterRole', 'WorkerRole', (id) => ({
    set: {
      [`${id}.AssumeRolePolicyDocument.Statement`]: (own: object[]) => [
        ...own,
        { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:user/ci' }, Action: 'sts:AssumeRole' },
      ],
    },
  })),
  secret('a name that says so, with a number', PASSWORD, '4096', (value) => ({
    set: { 'Open.Environment.Variables.MAX_TOKENS': value },
  })),
  secret('in a template of a secret', PASSWORD, '', (password) => ({
    add: {
      Mine: of('AWS::SecretsManager::Secret', {
        KmsKeyId: arnOf('Key'),
        GenerateSecretString: {
          GenerateStringKey: 'salt',
          SecretStringTemplate: JSON.stringify({ username: 'service', ...(password ? { password } : {}) }),
        },
      }),
    },
  })),
  // In variables with names that don't mention a credential.
  ...[
    [
      'the address of a webhook',
      ['https://hooks.slack.com/serv', `ices/T00000000/B00000000/${'k'.repeat(24)}`],
      'https://hooks.slack.com',
    ],
    ['a token of Vault', ['hv', `s.${'CAESIJ1q2w3e4r5t6y7u'.repeat(5)}`], 'hvs.example'],
    [
      'a connection string',
      ['DefaultEndpointsProtocol=https;AccountName=acme;Account', 'Key=MDEyMzQ1Njc4OWFiY2Q=;EndpointSuffix=x'],
      'DefaultEndpointsProtocol=https;AccountName=acme;EndpointSuffix=x',
    ],
    [
      'the address of a database',
      ['jdbc:postgresql://db.acme.internal/app?user=svc&pass', 'word=Tr0ub4dor3xyz'],
      'jdbc:postgresql://db.acme.internal/app?user=svc&sslmode=require',
    ],
    ['a header', ['Authorization: Bas', 'ic c3ZjLWFnZW50OlMzY3IzdFBhc3N3MHJk'], 'Authorization: Basic realm="agents"'],
  ].map(([name, parts, good]) =>
    secret(`in ${name as string}`, (parts as string[]).join(''), good, (value) => ({
      set: { 'Open.Environment.Variables.UPSTREAM': value },
    })),
  ),
  // A program that uses such values without having one.
  secret(
    'in code',
    `const key = '${TOKEN}';`,
    'const url = base+"?token="+token;password=userPassword;',
    (ZipFile) => ({
      set: { 'Open.Code': { ZipFile } },
    }),
  ),
];
