import { checkStacks } from '../../../analysis/rules/check';
import { MA_ID8 } from '../../../analysis/rules/ma-id8';
import { ACCOUNT, agent, allow, arn, found, policy, REGION } from './least-privilege-agent';

describe('credentials', () => {
  const KEY = 'sk-proj-abcdefghijklmnopqrstuvwxyz0123456789';
  const [MODELS, SESSIONS] = ['bedrock', 'bedrock-mantle'].map((name) => `${name}:CallWithBearerToken is allowed`);
  test.each<[string, Record<string, unknown>]>([
    ['a secret as text', { S: { Type: 'AWS::SecretsManager::Secret', Properties: { SecretString: 'hunter2' } } }],
    ['inline code', { F: { Type: 'AWS::Lambda::Function', Properties: { Code: { ZipFile: `const k = '${KEY}'` } } } }],
    [
      'a state',
      {
        M: { Type: 'AWS::StepFunctions::StateMachine', Properties: { Definition: { States: { A: { Result: KEY } } } } },
      },
    ],
    [
      'a rule input',
      { R: { Type: 'AWS::Events::Rule', Properties: { Targets: [{ Id: 'a', Input: `{"k":"${KEY}"}` }] } } },
    ],
    [
      'a build variable',
      {
        B: {
          Type: 'AWS::CodeBuild::Project',
          Properties: { Environment: { EnvironmentVariables: [{ Name: 'API_KEY', Value: 'x' }] } },
        },
      },
    ],
    [
      'a task variable',
      {
        T: {
          Type: 'AWS::ECS::TaskDefinition',
          Properties: { ContainerDefinitions: [{ Environment: [{ Name: 'DB_PASSWORD', Value: 'x' }] }] },
        },
      },
    ],
    [
      'a connection',
      {
        C: {
          Type: 'AWS::Events::Connection',
          Properties: { AuthParameters: { ApiKeyAuthParameters: { ApiKeyValue: 'x' } } },
        },
      },
    ],
    [
      'an API-key provider',
      { P: { Type: 'AWS::BedrockAgentCore::ApiKeyCredentialProvider', Properties: { ApiKey: 'x' } } },
    ],
  ])('in %s', (_, more) => {
    expect(found(agent([], more))).toEqual(['MA-ID8 fatal']);
  });

  test.each<[string, Record<string, unknown>]>([
    ['a generated secret', { S: { Type: 'AWS::SecretsManager::Secret', Properties: { GenerateSecretString: {} } } }],
    [
      'a password from a secret',
      {
        D: {
          Type: 'AWS::RDS::DBInstance',
          Properties: { MasterUserPassword: '{{resolve:secretsmanager:x:SecretString:p}}' },
        },
      },
    ],
    [
      'a variable that names a secret',
      {
        F: {
          Type: 'AWS::Lambda::Function',
          Properties: { Environment: { Variables: { TOKEN_SECRET_ARN: { Ref: 'S' } } } },
        },
        S: { Type: 'AWS::SecretsManager::Secret' },
      },
    ],
    [
      'a build variable from a secret',
      {
        B: {
          Type: 'AWS::CodeBuild::Project',
          Properties: {
            Environment: { EnvironmentVariables: [{ Name: 'API_KEY', Type: 'SECRETS_MANAGER', Value: 'x' }] },
          },
        },
      },
    ],
  ])('%s is none', (_, more) => {
    expect(found(agent([], more))).toEqual([]);
  });

  const user = (statement: object) => ({
    U: {
      Type: 'AWS::IAM::User',
      Properties: { Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: [statement] } }] },
    },
    K: { Type: 'AWS::IAM::AccessKey', Properties: { UserName: { Ref: 'U' } } },
  });

  test('of a user in another stack count if the user can start turns, or may use bearer tokens', () => {
    const starts = allow('bedrock-mantle:CreateAgentSession', arn('bedrock-mantle', 'project/default'));
    expect(found(agent(), { Other: user(starts) })).toEqual(['MA-ID8 fatal']);
    expect(found(agent(), { Other: user(allow('bedrock:CallWithBearerToken')) })).toEqual(['MA-ID8 fatal']);
    expect(found(agent(), { Other: user(allow('bedrock*:CallWith*')) })).toEqual(['MA-ID8 fatal']);
    expect(found(agent(), { Other: user(allow('*')) })).toEqual([]);
    expect(found(agent(), { Other: user(allow('ses:SendRawEmail', arn('ses', 'identity/example.com'))) })).toEqual([]);
  });

  test.each<[string, readonly object[], string[]]>([
    ['all of one service', [allow('bedrock:*')], [`U: ${MODELS}`]],
    ['a name in any case', [allow('BEDROCK-MANTLE:callwithbearertoken')], [`U: ${SESSIONS}`]],
    ['the names of both services', [allow(['s3:GetObject', 'bedrock*:CallWith*'])], [`U: ${SESSIONS}. ${MODELS}`]],
    ['the names of both services in any case', [allow('Bedrock*:*')], [`U: ${SESSIONS}. ${MODELS}`]],
    ['a name with one open character', [allow('bedrock?mantle:CallWithBearerToken')], [`U: ${SESSIONS}`]],
    ['the services with a dash', [allow('bedrock-*:CallWith*')], [`U: ${SESSIONS}`]],
    ['another action of both', [allow('bedrock*:Invoke*')], []],
    ['another service', [allow('bedrock-agentcore:*')], []],
    ['an administrator', [allow('*:*')], []],
    ['all but something', [{ ...allow('x'), Action: undefined, NotAction: 's3:*' }], []],
    ['only a denial', [{ ...allow('bedrock*:CallWith*'), Effect: 'Deny' }], []],
    [
      'one of both, as the other is denied',
      [allow('bedrock*:CallWith*'), { ...allow('bedrock:CallWith*'), Effect: 'Deny' }],
      [`U: ${SESSIONS}`],
    ],
  ])('MA-ID8: the tokens of a user of another stack who is allowed %s', (_name, Statement, says) => {
    const U = {
      Type: 'AWS::IAM::User',
      Properties: { Policies: [{ PolicyName: 'p', PolicyDocument: { Statement } }] },
    };
    const stacks = [
      { id: 'App', account: ACCOUNT, region: REGION, template: { Resources: agent() } },
      { id: 'Other', account: ACCOUNT, region: REGION, template: { Resources: { U } } },
    ];
    const findings = checkStacks({ stacks, families: ['identity'] }).filter(({ rule }) => rule === 'MA-ID8');
    expect(findings.map(({ says: text, location }) => `${location.logicalId}: ${text}`)).toEqual(says);
  });

  test('of a user by its name in another stack count, those of a group don’t', () => {
    const key = { K: { Type: 'AWS::IAM::AccessKey', Properties: { UserName: 'starter' } } };
    const starts = policy([], allow('bedrock-mantle:CreateAgentSession', arn('bedrock-mantle', 'project/default')));
    const of = (attached: object) => ({
      P: { ...starts, Properties: { ...starts.Properties, Roles: undefined, ...attached } },
    });
    expect(found(agent([], of({ Users: ['starter'] })), { Other: key })).toEqual(['MA-ID8 error', 'MA-ID8 fatal']);
    expect(found(agent([], of({ Roles: ['starter'] })), { Other: key })).not.toContain('MA-ID8 fatal');
  });

  test.each([
    ['bedrock.amazonaws.com', ['MA-ID8 fatal']],
    ['codecommit.amazonaws.com', []],
  ])('of a user for %s, in another stack', (ServiceName, expected) => {
    const Properties = { UserName: 'somebody', ServiceName };
    const of = (Type: string) => found(agent(), { Other: { K: { Type, Properties } } });
    expect(of('AWS::IAM::ServiceSpecificCredential')).toEqual(expected);
    expect(of('AWS::IAM::AccessKey')).toEqual([]);
  });

  test.each([
    ['GITHUB_TOKEN', ['MA-ID8 fatal']],
    ['LOG_LEVEL', []],
  ])('in the variable %s of an MCP server of a session definition', (name, expected) => {
    const Value = JSON.stringify({
      agent: { tools: [{ type: 'mcp', transport: { type: 'stdio', command: 'x', env: { [name]: 'x' } } }] },
    });
    const parameter = { D: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value } } };
    expect(found(agent([], parameter))).toEqual(expected);
  });

  test('of a parameter with NoEcho are in the template by its default, and seen in outputs', () => {
    const Parameters = { Password: { Type: 'String', NoEcho: true } };
    const preset = { Password: { ...Parameters.Password, Default: 'hunter2' } };
    expect(found({ Parameters: preset, Resources: agent() })).toEqual(['MA-ID8 fatal']);
    expect(found({ Parameters, Resources: agent() })).toEqual([]);
    expect(found({ Parameters, Outputs: { O: { Value: { Ref: 'Password' } } }, Resources: agent() })).toEqual([
      'MA-ID8 fatal',
    ]);
  });
});

describe('what MA-ID8 says of the sections of a template', () => {
  // Joined here, so that no scanner mistakes it for a real credential.
  const KEY = ['sk', 'proj', 'abcdefghijklmnopqrstuvwxyz0123456789'].join('-');
  const WHAT = 'an OpenAI API key';
  const says = (sections: object, more: Record<string, unknown> = {}, others: readonly object[] = []) => {
    const template = { ...sections, Resources: agent([], more) };
    const place = { account: ACCOUNT, region: REGION };
    const stacks = [
      { id: 'App', ...place, template },
      ...others.map((Resources, index) => ({ id: `Other${index}`, ...place, template: { Resources } })),
    ];
    return checkStacks({ stacks, rules: [MA_ID8] })
      .filter(({ rule }) => rule === 'MA-ID8')
      .map(({ says: text, location }) => `${location.logicalId || location.path}: ${text}`);
  };

  test.each<[object, string[]]>([
    [{ NoEcho: true, Default: 'hunter2' }, ['the value of a parameter with NoEcho']],
    [{ NoEcho: 'true', Default: 'hunter2' }, ['the value of a parameter with NoEcho']],
    [{ NoEcho: 'true', Default: 7 }, ['the value of a parameter with NoEcho']],
    [{ NoEcho: true, Default: KEY }, [WHAT]],
    [{ Default: KEY }, [WHAT]],
    [{ Default: 'hunter2' }, []],
    [{ NoEcho: false, Default: 'hunter2' }, []],
    [{ NoEcho: true, Default: '' }, []],
    [{ NoEcho: true }, []],
  ])('a parameter with %j', (declaration, whats) => {
    const Parameters = { P: { Type: 'String', ...declaration } };
    expect(says({ Parameters })).toEqual(whats.map((what) => `P: The default of the parameter P holds ${what}`));
  });

  test.each<[unknown, string | undefined]>([
    [{ Ref: 'Hidden' }, 'the value of a parameter with NoEcho'],
    [{ 'Fn::Sub': 'x-${Hidden}' }, 'the value of a parameter with NoEcho'],
    [{ Ref: 'Plain' }, undefined],
    ['{{resolve:secretsmanager:x:SecretString:p}}', 'a secret'],
    ['{{resolve:ssm-secure:/x}}', 'a secret'],
    ['{{resolve:ssm:/x}}', undefined],
    [{ 'Fn::GetAtt': ['Client2', 'ClientSecret'] }, 'a secret attribute of a resource'],
    [{ 'Fn::GetAtt': ['Client2', 'ClientId'] }, undefined],
    [{ Ref: 'Client2' }, undefined],
    [KEY, WHAT],
    [{ 'Fn::Sub': `\${Plain}:${KEY}` }, WHAT],
    ['https://example.com', undefined],
  ])('an output with %j', (Value, what) => {
    const Parameters = { Hidden: { Type: 'String', NoEcho: true }, Plain: { Type: 'String' } };
    const more = { Client2: { Type: 'AWS::Cognito::UserPoolClient', Properties: { GenerateSecret: true } } };
    expect(says({ Parameters, Outputs: { O: { Value } } }, more)).toEqual(
      what === undefined ? [] : [`O: The output O of the stack holds ${what}`],
    );
  });

  test.each<[string, object]>([
    ['Metadata', { note: KEY }],
    ['Mappings', { M: { a: { b: KEY } } }],
    ['Description', KEY as unknown as object],
    ['Conditions', { C: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, KEY] } }],
    ['Parameters', { P: { Type: 'String', Description: KEY } }],
    ['Outputs', { O: { Value: 'x', Description: KEY } }],
  ])('the section %s', (section, content) => {
    expect(says({ [section]: content })).toEqual([`${section}: The section ${section} of the template holds ${WHAT}`]);
    expect(says({ [section]: JSON.parse(JSON.stringify(content).replaceAll(KEY, 'x')) })).toEqual([]);
  });

  test.each<[object, string[]]>([
    [{ Value: 'an-api-key-of-a-team' }, ['K: The key K of an API is in the template']],
    [{ Value: { Ref: 'Any' } }, []],
    [{ GenerateDistinctId: true }, []],
  ])('the key of an API with %j', (Properties, expected) => {
    const Parameters = { Any: { Type: 'String' } };
    expect(says({ Parameters }, { K: { Type: 'AWS::ApiGateway::ApiKey', Properties } })).toEqual(expected);
    expect(says({ Parameters }, { K: { Type: 'AWS::ApiGateway::UsagePlanKey', Properties } })).toEqual([]);
  });

  test.each<[object, boolean]>([
    [{ Properties: { UserData: { 'Fn::Base64': `export A=${KEY}` } } }, true],
    [{ Properties: { UserData: { 'Fn::Base64': { 'Fn::Join': ['', ['export A=', KEY]] } } } }, true],
    [{ Properties: { UserData: { 'Fn::Base64': { 'Fn::Sub': [`x ${KEY}`, {}] } } } }, true],
    [{ Properties: { UserData: Buffer.from(`export A=${KEY}`).toString('base64') } }, true],
    [{ Metadata: { 'AWS::CloudFormation::Init': { config: { commands: { a: { command: KEY } } } } } }, true],
    [{ Properties: { UserData: { 'Fn::Base64': 'export A=1' } } }, false],
    [{ Properties: {}, Metadata: { note: 'x' } }, false],
  ])('a machine with %j', (parts, holds) => {
    const said = says({}, { Host: { Type: 'AWS::EC2::Instance', Properties: {}, ...parts } });
    expect(said.some((each) => each.startsWith('Host: ') && each.endsWith(` holds ${WHAT}`))).toBe(holds);
  });

  test.each<[string, string]>([
    ['AWS::IAM::User', 'An IAM user'],
    ['AWS::IAM::AccessKey', 'An access key'],
    ['AWS::IAM::ServiceSpecificCredential', 'A service-specific credential'],
  ])('%s counts in the stack of an agent only', (Type, what) => {
    const C = { Type, Properties: { UserName: 'somebody', ServiceName: 'codecommit.amazonaws.com' } };
    expect(says({}, { C })).toEqual([`C: ${what} is in the stack of an agent`]);
    expect(says({}, {}, [{ C }])).toEqual([]);
  });

  test.each<[unknown, string[]]>([
    [{ AWS: `arn:aws:iam::${ACCOUNT}:user/kim` }, ['Client: A role that drives an agent trusts an IAM user']],
    [{ AWS: `arn:aws:iam::${ACCOUNT}:user/team/kim` }, ['Client: A role that drives an agent trusts an IAM user']],
    [{ AWS: `arn:aws:iam::${ACCOUNT}:role/user/kim` }, []],
    [{ AWS: `arn:aws:sts::${ACCOUNT}:user/kim` }, []],
    [{ Service: 'lambda.amazonaws.com' }, []],
  ])('a role that starts turns and trusts %j', (Principal, expected) => {
    const { Client } = agent();
    const trusting = (Effect: string) => ({
      ...Client,
      Properties: {
        ...Client.Properties,
        AssumeRolePolicyDocument: { Statement: [{ Effect, Principal, Action: 'sts:AssumeRole' }] },
      },
    });
    expect(says({}, { Client: trusting('Allow') })).toEqual(expected);
    expect(says({}, { Client: trusting('Deny') })).toEqual([]);
    expect(
      says({}, { Other: { ...trusting('Allow'), Properties: { ...trusting('Allow').Properties, Policies: [] } } }),
    ).toEqual([]);
  });
});
