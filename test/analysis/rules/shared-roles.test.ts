import { arnOf } from '../model/templates';
import { ACCOUNT, app, functionOf, may, of, ref } from './attacks/app';
import { type Change, policyFor } from './attacks/pair';
import { everything } from './attacks/reported';

const ROLE = 'Agent#ExecutionRole';
/** What MA-ID3 says, and where. */
const said = (change: Change) =>
  everything(change)
    .filter(({ rule }) => rule === 'MA-ID3')
    .map(({ says, location: { logicalId, path }, data }) => [`${logicalId} ${path}: ${says}`, data] as const);
const says = (change: Change) => said(change).map(([text]) => text);

const { Runtime } = app();
const another = (Condition?: string) => ({
  ...Runtime,
  Properties: { ...Runtime.Properties, AgentRuntimeName: 'another' },
  ...(Condition ? { Condition } : {}),
});
const stages = {
  Parameters: { Stage: { Type: 'String', AllowedValues: ['dev', 'test', 'prod'] } },
  Conditions: Object.fromEntries(
    ['dev', 'test', 'prod'].map((stage) => [stage, { 'Fn::Equals': [ref('Stage'), stage] }]),
  ),
};

describe('MA-ID3, an execution role', () => {
  test('of two Runtimes is reported where the second one names it', () => {
    expect(says({ add: { Second: another() } })).toEqual([
      'Second Properties.RoleArn: Runtime has the same execution role',
    ]);
  });

  test('of Runtimes that are never deployed together is not shared', () => {
    expect(says({ add: { Runtime: another('dev'), Second: another('prod') }, sections: stages })).toEqual([]);
  });

  test('is compared with every other Runtime', () => {
    const add = { Runtime: another('prod'), Second: another('dev'), Third: another('dev'), Fourth: another('test') };
    expect(says({ add, sections: stages })).toEqual([
      'Third Properties.RoleArn: Second has the same execution role (when Stage = dev)',
    ]);
  });

  test('that another resource runs under is named for programs', () => {
    expect(said({ add: { Other: functionOf('ExecutionRole') } })).toEqual([
      ['Other Properties.Role: Other also runs under the execution role of an agent', { role: ROLE }],
    ]);
  });
});

test.each<[string, string, object]>([
  [
    'an assessment',
    'AWS::AuditManager::Assessment',
    { Roles: [{ RoleArn: arnOf('ExecutionRole'), RoleType: 'PROCESS_OWNER' }] },
  ],
  [
    'a certificate of an enclave',
    'AWS::EC2::EnclaveCertificateIamRoleAssociation',
    { CertificateArn: 'c', RoleArn: arnOf('ExecutionRole') },
  ],
  [
    'the action of a budget',
    'AWS::Budgets::BudgetsAction',
    {
      ExecutionRoleArn: arnOf('WorkerRole'),
      Definition: {
        IamActionDefinition: { PolicyArn: 'arn:aws:iam::aws:policy/AWSDenyAll', Roles: [ref('ExecutionRole')] },
      },
    },
  ],
])('MA-ID3, a role that %s only names has no finding', (_name, type, properties) => {
  expect(says({ add: { Names: of(type, properties) } })).toEqual([]);
});

describe('MA-ID3, a session role', () => {
  const more = (...statements: unknown[]): Change => ({
    add: {
      More: policyFor(ref('SessionRole'), ...statements),
      Endpoint: of('AWS::BedrockAgentCore::RuntimeEndpoint', {
        AgentRuntimeId: arnOf('Runtime', 'AgentRuntimeId'),
        Name: 'live',
      }),
      Elsewhere: of('AWS::BedrockAgentCore::RuntimeEndpoint', { AgentRuntimeId: 'outside-abcdefghij', Name: 'live' }),
    },
  });
  const invoke = (resource: unknown) => more(may('bedrock-agentcore:InvokeAgentRuntime', resource));
  const runtimes = (id: string) => `arn:aws:bedrock-agentcore:us-east-1:${ACCOUNT}:runtime/${id}`;
  const two = [
    'SessionRole Properties.Policies[0].PolicyDocument.Statement[1]: The session role may invoke 2 Runtimes',
  ];

  test.each<[string, unknown, string[]]>([
    ['the endpoint of its Runtime', arnOf('Endpoint', 'AgentRuntimeEndpointArn'), []],
    ['the endpoint of a Runtime of another app', arnOf('Elsewhere', 'AgentRuntimeEndpointArn'), two],
    ['a Runtime of another app', runtimes('outside-abcdefghij'), two],
    ['another Runtime and its endpoint', [runtimes('b-abcdefghij'), runtimes('b-abcdefghij/runtime-endpoint/x')], two],
    [
      'every Runtime',
      runtimes('*'),
      [
        `More Properties.PolicyDocument.Statement[0]: The session role may invoke every Runtime that matches ${runtimes('*')}`,
      ],
    ],
  ])('that may invoke %s', (_name, resource, expected) => {
    expect(says(invoke(resource))).toEqual(expected);
  });

  test('that may invoke all but one Runtime is reported', () => {
    const { Resource, ...rest } = may('bedrock-agentcore:InvokeAgentRuntime', runtimes('b-abcdefghij'));
    expect(says(more({ ...rest, NotResource: Resource }))).toEqual([
      expect.stringMatching(/^More .* may invoke every Runtime that matches/),
    ]);
  });

  test('that another resource runs under', () => {
    expect(says({ add: { Other: functionOf('SessionRole') } })).toEqual([
      'Other Properties.Role: Other also runs under the session role of an agent',
    ]);
  });

  test('that starts turns is two things at once', () => {
    expect(says(more(may('bedrock-mantle:CreateAgentSession', '*')))).toContain(
      'SessionRole Properties: The role is client role and session role at once',
    );
  });
});

test('MA-ID3 leaves clients of several Runtimes to other rules', () => {
  const add = {
    More: policyFor(ref('OpenRole'), may('bedrock-agentcore:InvokeAgentRuntime', '*')),
  };
  expect(says({ add })).toEqual([]);
});
