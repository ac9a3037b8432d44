/** Which values of a template are credentials, by their place, their name and their form. */
import { assemblyOf } from '../../../analysis/model/read-stacks';
import { TemplateModel } from '../../../analysis/model/template-model';
import { credentialsIn } from '../../../analysis/rules/credential-texts';

const TEMPLATE = {
  Parameters: { Any: { Type: 'String' }, Hidden: { Type: 'String', NoEcho: true } },
};

/** What is found in the properties of a resource, as `path: what`. */
function found(Properties: object): string[] {
  const template = { ...TEMPLATE, Resources: { R: { Type: 'Custom::Thing', Properties } } };
  const model = new TemplateModel(assemblyOf([{ id: 'App', account: '111122223333', region: 'us-east-1', template }]));
  const { properties } = model.resource('App#R')!;
  return credentialsIn(properties).map(({ place, what }) => `${place.path.replace('Properties.', '')}: ${what}`);
}
const VALUE = 'hunter2hunter2';
const CLEAR = 'a credential in clear text';
const NAMED = 'a credential, as its name says';

describe('a property', () => {
  test.each(
    'SecretValue Password MasterUserPassword PasswordValue ApiKeyValue ClientSecret SecretString SecretAccessKey AuthToken OAuthToken AccessToken SecretToken BearerToken PrivateKey Passphrase ApiKey Token'.split(
      ' ',
    ),
  )('%s is a credential', (name) => {
    expect(found({ [name]: VALUE })).toEqual([`${name}: ${CLEAR}`]);
    expect(found({ Below: { [name]: VALUE } })).toEqual([`Below.${name}: ${CLEAR}`]);
    expect(found({ [name]: '{{resolve:ssm:/app/x}}' })).toEqual([
      `${name}: a credential from a parameter that is kept in clear text`,
    ]);
    expect(found({ [name]: '{{resolve:secretsmanager:x}}' })).toEqual([]);
    expect(found({ [name]: '' })).toEqual([]);
  });

  test.each(['PasswordLength', 'SecretArn', 'NextToken', 'TokenX', 'Name'])('%s is none', (name) => {
    expect(found({ [name]: VALUE })).toEqual([]);
  });

  test.each(['XApiKey', 'KeyToken', 'client_secret'])('%s is one if its value looks like one', (name) => {
    expect(found({ [name]: VALUE })).toEqual([`${name}: ${NAMED}`]);
    expect(found({ [name]: 'required' })).toEqual([]);
  });

  test.each(['true', 'false', 'True', true])('that is the switch %p is none', (value) => {
    expect(found({ ManageMasterUserPassword: value })).toEqual([]);
  });

  test('of a password policy is none', () => {
    expect(found({ PasswordPolicy: { TemporaryPassword: VALUE } })).toEqual([]);
  });
});

describe('a variable of a program', () => {
  test.each(
    'Environment EnvironmentVariables EnvironmentVariablesOverride TaskEnvironment Variables env StageVariables DefaultArguments HyperParameters'.split(
      ' ',
    ),
  )('in %s is a credential by its name', (holder) => {
    expect(found({ [holder]: { GITHUB_TOKEN: VALUE, MODE: VALUE } })).toEqual(
      holder === 'Environment' ? expect.any(Array) : [`${holder}.GITHUB_TOKEN: ${NAMED}`],
    );
    expect(found({ [`${holder}X1`]: { GITHUB_TOKEN: 'required' } })).toEqual([]);
  });

  test('of a function, and of a machine whose other members are settings', () => {
    expect(found({ Environment: { Variables: { DB_PASSWORD: VALUE } } })).toEqual([
      `Environment.Variables.DB_PASSWORD: ${NAMED}`,
    ]);
    const machine = { ComputeType: 'x', EnvironmentVariables: [{ Name: 'API_TOKEN', Value: VALUE }] };
    expect(found({ Environment: machine })).toHaveLength(1);
    expect(
      found({
        Environment: [
          { Name: 'API_TOKEN', Value: VALUE },
          { Name: 'MODE', Value: VALUE },
        ],
      }),
    ).toHaveLength(1);
  });

  test.each<[string, unknown, number]>([
    ['a text', VALUE, 1],
    ['a parameter', { Ref: 'Any' }, 1],
    ['a secret that CloudFormation inserts', '{{resolve:secretsmanager:x:SecretString:y}}', 1],
    ['nothing', '', 0],
  ])('with %s', (_name, value, count) => {
    expect(found({ Variables: { API_TOKEN: value } })).toHaveLength(count);
  });

  test('that counts tokens is none, a password of digits is one', () => {
    expect(found({ Variables: { MAX_TOKEN: '4096' } })).toEqual([]);
    expect(found({ Variables: { DB_PASSWORD: '12345678' } })).toHaveLength(1);
  });

  test('with a parameter with NoEcho is one, whatever its name', () => {
    expect(found({ Variables: { MODE: { Ref: 'Hidden' } } })).toEqual([
      expect.stringMatching(/: the value of a parameter with NoEcho in clear text$/),
    ]);
  });
});

describe('data that is handed to a program', () => {
  test.each(
    'Input InputTemplate Definition ConstantInput HttpParameters InvocationHttpParameters Parameters RequestParameters Headers ProviderDetails'.split(
      ' ',
    ),
  )('in %s is a credential by its name and its look', (holder) => {
    expect(found({ [holder]: { client_secret: VALUE } })).toEqual([`${holder}.client_secret: ${NAMED}`]);
    expect(found({ [`My${holder}`]: { client_secret: 'required' } })).toEqual([]);
  });

  test.each([
    'secret',
    'dbPassword',
    'passwd',
    'passphrase',
    'authToken',
    'api_key',
    'apikey',
    'accessKey',
    'private_key',
    'credential',
    'credentials',
    'Authorization',
  ])('by the name %s', (name) => {
    expect(found({ Parameters: { [name]: VALUE } })).toHaveLength(1);
    expect(found({ Parameters: { [`${name}Name`]: VALUE } })).toEqual([]);
  });

  test.each([
    'requestToken',
    'clientToken',
    'nextToken',
    'next_token',
    'TaskToken',
    'pageToken',
    'paginationToken',
    'continuation_token',
  ])('not by the name %s, which pages or repeats a call', (name) => {
    expect(found({ Parameters: { [name]: VALUE } })).toEqual([]);
  });

  test.each<[string, number]>([
    ['short', 0],
    ['with a space in it', 0],
    ['$.detail.token', 0],
    ['/path/to/secret', 0],
    ['{token}-value', 0],
    ['<aws.token>-x', 0],
    ['arn:aws:secretsmanager:us-east-1:111122223333:secret:x', 0],
    ['https://example.com/token', 0],
    ['Bearer abcdefgh', 1],
    ['Basic abcdefgh', 1],
    ['Bearer short', 0],
    ['abcdefgh', 1],
  ])('with the value %j: %p', (value, count) => {
    expect(found({ Parameters: { authToken: value } })).toHaveLength(count);
  });

  test.each([
    [{ Key: 'x-api-key', Value: VALUE }, 1],
    [{ Name: 'Authorization', Value: 'Bearer abcdefgh' }, 1],
    [{ HeaderName: 'X-Auth-Token', HeaderValue: VALUE }, 1],
    [{ Name: 'access key', Value: VALUE }, 1],
    [{ OptionName: 'db_password', Value: VALUE }, 1],
    [{ ParameterName: 'db_password', Value: VALUE }, 1],
    [{ Title: 'db_password', Value: VALUE }, 0],
    [{ Name: 'next-token', Value: VALUE }, 0],
    [{ Name: 'x-mode', Value: VALUE }, 0],
    [{ Name: 'Authorization', Key: 'x', Value: VALUE }, 0],
  ])('as the pair %j: %p', (pair, count) => {
    expect(found({ Anything: [pair] })).toHaveLength(count);
  });

  test('in a text that is JSON is found, too', () => {
    expect(found({ Input: JSON.stringify({ client_secret: VALUE }) })).toHaveLength(1);
  });
});

test.each<[object, string[]]>([
  [{ Key: 'x-api-key', Value: VALUE }, [NAMED]],
  [{ Key: 'x-api-key', Value: VALUE, IsValueSecret: 'false' }, [NAMED]],
  [{ Key: 'mode', Value: VALUE }, []],
  [{ Key: 'mode', Value: VALUE, IsValueSecret: true }, [CLEAR]],
  [{ Value: VALUE, IsValueSecret: 'True' }, [CLEAR]],
  [{ Value: VALUE }, []],
  [{ Key: 'x-api-key', Value: '{{resolve:secretsmanager:x}}', IsValueSecret: true }, []],
])('the parameter %j of a connection: %j', (parameter, whats) => {
  const path = 'InvocationHttpParameters.HeaderParameters[0].Value';
  expect(found({ InvocationHttpParameters: { HeaderParameters: [parameter] } })).toEqual(
    whats.map((what) => `${path}: ${what}`),
  );
});

test('a tag is not a credential', () => {
  expect(found({ Tags: [{ Key: 'token', Value: VALUE }] })).toEqual([]);
});
