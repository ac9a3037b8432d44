import { runSimulation, runUnsafeSimulation } from '@cloud-copilot/iam-simulate';
import fc, { runs } from '../../fast-check';
import { ESCALATION_ACTIONS } from './escalation-actions';
import { checkStacks } from '../../../analysis/rules/check';
import { trust as handWrittenTrust } from './hand-written';

/*
 * For every ID rule: does its verdict say what an independent IAM simulator says about the same policy? Each property
 * makes policies from a vocabulary, asks the simulator whether any of a set of dangerous requests would be allowed, and
 * expects the rule to find something exactly then. The vocabularies leave out what the security model forbids although
 * it would be harmless (StringLike with a literal model, StringEquals with a star that matches nothing).
 */

const ACCOUNT = '111122223333';
const REGION = 'us-east-1';
const RUNS = runs(120, 40);
const NONE = { serviceControlPolicies: [], resourceControlPolicies: [] };

const EVERYTHING = {
  name: 'everything',
  policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
};

type Statement = Record<string, unknown>;
interface Probe {
  readonly action: string;
  readonly resource?: string;
  readonly context?: Record<string, string>;
}

const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
const ownTrust = (service: string) =>
  JSON.parse(
    JSON.stringify(handWrittenTrust(service))
      .replaceAll('{"Ref":"AWS::AccountId"}', `"${ACCOUNT}"`)
      .replaceAll(
        /\{"Fn::Sub":"arn:\$\{AWS::Partition\}:([a-z-]+):[^"]*"\}/g,
        (_, name: string) => `"${arn(name, '*')}"`,
      ),
  );

const role = (trust: unknown, statements: Statement[], more: object = {}) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: trust,
    Policies: [{ PolicyName: 'p', PolicyDocument: { Version: '2012-10-17', Statement: statements } }],
    ...more,
  },
});

/** A Runtime whose commands run under the role. */
const Runtime = { Type: 'AWS::BedrockAgentCore::Runtime', Properties: { RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] } } };

/** True when a rule finds something in a stack of these resources. */
function finds(id: string, resources: Record<string, any>): boolean {
  const stack = { id: 'Stack', account: ACCOUNT, region: REGION, template: { Resources: resources } };
  return checkStacks({ stacks: [stack] }).some(({ rule, data }) => [rule, data.also ?? []].flat().includes(id));
}

/** True when identity policies allow a request. */
function allows(statements: Statement[], { action, resource, context }: Probe, boundary?: Statement[]): boolean {
  const policy = (Statement: Statement[]) => ({ name: 'p', policy: { Version: '2012-10-17', Statement } });
  return (
    runUnsafeSimulation(
      {
        request: {
          principal: `arn:aws:iam::${ACCOUNT}:role/agent`,
          action,
          resource: { resource: resource ?? '*', accountId: ACCOUNT },
          contextVariables: context ?? {},
        },
        identityPolicies: [policy(statements)],
        ...(boundary ? { permissionBoundaryPolicies: [policy(boundary)] } : {}),
        ...NONE,
      },
      {},
    ) === 'Allowed'
  );
}

/** True when a trust policy lets a caller assume the role. */
async function admits(trust: any, principal: string, contextVariables: Record<string, string>): Promise<boolean> {
  const result = await runSimulation(
    {
      request: {
        principal,
        action: 'sts:AssumeRole',
        resource: { resource: `arn:aws:iam::${ACCOUNT}:role/agent`, accountId: ACCOUNT },
        contextVariables,
      },
      // A stranger of the account may have every permission of his own; the trust policy has to keep him out.
      identityPolicies: principal.startsWith('arn:') ? [EVERYTHING] : [],
      resourcePolicy: trust,
      ...NONE,
    },
    {},
  );
  if (result.resultType === 'error') {
    throw new Error(JSON.stringify(result.errors));
  }
  return result.overallResult === 'Allowed';
}

const pick = <T>(...values: T[]) => fc.constantFrom(...values);
const some = <T>(...values: T[]) => fc.subarray(values, { minLength: 1 });

describe.each([
  ['MA-ID1', 'bedrock-mantle', 'bedrock-agentcore'],
  ['MA-ID2', 'bedrock-agentcore', 'bedrock-mantle'],
])('%s', (id, service, other) => {
  const principal = `${service}.amazonaws.com`;
  const good = { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': arn(service, 'thing/1') };

  test('finds exactly the trust policies that admit somebody else, or not the service', async () => {
    const account = fc.option(
      fc.record({
        operator: pick('StringEquals', 'StringLike', 'StringEqualsIfExists', 'ForAllValues:StringEquals'),
        value: pick(ACCOUNT, '999988887777'),
      }),
    );
    const source = fc.option(
      fc.record({
        operator: pick('ArnLike', 'ArnEquals', 'StringLike', 'ArnLikeIfExists'),
        value: pick(
          arn(service, '*'),
          `arn:aws:${service}:*:${ACCOUNT}:*`,
          `arn:aws:${service}:${REGION}:*:*`,
          arn(other, '*'),
          'arn:aws:*:*:*:*',
        ),
      }),
    );
    const statement = fc.record({
      principal: pick<unknown>(
        { Service: principal },
        { Service: principal },
        { Service: [principal, 'lambda.amazonaws.com'] },
        { Service: principal, AWS: `arn:aws:iam::${ACCOUNT}:root` },
      ),
      account,
      source,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(statement, { minLength: 1, maxLength: 2 }), async (drafts) => {
        const trust = {
          Version: '2012-10-17',
          Statement: drafts.map((draft) => ({
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: draft.principal,
            Condition: {
              ...(draft.account ? { [draft.account.operator]: { 'aws:SourceAccount': draft.account.value } } : {}),
              ...(draft.source
                ? {
                    [draft.source.operator]: {
                      ...(draft.account?.operator === draft.source.operator
                        ? { 'aws:SourceAccount': draft.account.value }
                        : {}),
                      'aws:SourceArn': draft.source.value,
                    },
                  }
                : {}),
            },
          })),
        };
        const strangers: [string, Record<string, string>][] = [
          [
            principal,
            {
              ...good,
              'aws:SourceAccount': '999988887777',
              'aws:SourceArn': `arn:aws:${service}:${REGION}:999988887777:thing/1`,
            },
          ],
          [principal, { ...good, 'aws:SourceAccount': '999988887777' }],
          [principal, { ...good, 'aws:SourceArn': `arn:aws:${service}:eu-west-1:${ACCOUNT}:thing/1` }],
          [principal, { ...good, 'aws:SourceArn': `arn:aws:${service}:${REGION}:999988887777:thing/1` }],
          [principal, { ...good, 'aws:SourceArn': arn(other, 'thing/1') }],
          [principal, { 'aws:SourceArn': good['aws:SourceArn'] }],
          [principal, { 'aws:SourceAccount': ACCOUNT }],
          [principal, {}],
          ['lambda.amazonaws.com', good],
          [`arn:aws:iam::${ACCOUNT}:role/other`, good],
        ];
        const bad = (await Promise.all(strangers.map(([who, context]) => admits(trust, who, context)))).some(Boolean);
        // A statement that admits nobody hides nothing but a mistake, and the rule names it.
        const own = await Promise.all(
          trust.Statement.map((each) => admits({ Version: '2012-10-17', Statement: [each] }, principal, good)),
        );
        const runtime = service === 'bedrock-agentcore' ? { Runtime } : {};
        expect(finds(id, { Role: role(trust, []), ...runtime })).toBe(bad || !own.every(Boolean));
      }),
      RUNS,
    );
  });
});

test('MA-ID3 finds exactly the roles that serve two purposes', async () => {
  await fc.assert(
    fc.asyncProperty(
      some('bedrock-mantle', 'bedrock-agentcore', 'codebuild'),
      fc.array(
        pick(
          'bedrock-mantle:CreateAgentSession',
          'bedrock-mantle:GetAgentSession',
          'bedrock-mantle:Create*',
          's3:GetObject',
        ),
        { maxLength: 2 },
      ),
      async (services, actions) => {
        const trust = { Version: '2012-10-17', Statement: services.map((service) => ownTrust(service).Statement[0]) };
        const statements = actions.map((Action) => ({
          Effect: 'Allow',
          Action,
          Resource: arn('bedrock-mantle', 'project/default'),
        }));
        const purposes = await Promise.all([
          ...['bedrock-mantle', 'bedrock-agentcore'].map((service) =>
            admits(trust, `${service}.amazonaws.com`, {
              'aws:SourceAccount': ACCOUNT,
              'aws:SourceArn': arn(service, 'x'),
            }),
          ),
          Promise.resolve(
            allows(statements, {
              action: 'bedrock-mantle:CreateAgentSession',
              resource: arn('bedrock-mantle', 'project/default'),
            }),
          ),
        ]);
        const runtime = services.includes('bedrock-agentcore') ? { Runtime } : {};
        expect(finds('MA-ID3', { Role: role(trust, statements), ...runtime })).toBe(
          purposes.filter(Boolean).length > 1,
        );
      },
    ),
    RUNS,
  );
});

test('MA-ID4 finds exactly the policies that allow a model nobody named', () => {
  const condition = pick<unknown>(
    undefined,
    { StringEquals: { 'bedrock-mantle:Model': 'openai.gpt-5.6-luna' } },
    { StringEquals: { 'bedrock-mantle:Model': ['openai.gpt-5.6-luna', 'openai.gpt-5.5'] } },
    { StringEquals: { 'BEDROCK-MANTLE:model': 'openai.gpt-5.6-luna' } },
    { StringLike: { 'bedrock-mantle:Model': 'openai.*' } },
    { StringEqualsIfExists: { 'bedrock-mantle:Model': 'openai.gpt-5.6-luna' } },
    { StringNotEquals: { 'bedrock-mantle:Model': 'openai.gpt-5.6-luna' } },
    { StringEquals: { 'bedrock-mantle:ServiceTier': 'default' } },
  );
  const statement = fc.record({
    Effect: fc.constant('Allow'),
    Action: pick<unknown>(
      'bedrock-mantle:CreateInference',
      'bedrock-mantle:Create*',
      'bedrock-mantle:*',
      '*',
      'bedrock-mantle:GetInference',
      ['s3:GetObject', 'BEDROCK-MANTLE:CREATEINFERENCE'],
    ),
    Resource: pick('*', arn('bedrock-mantle', 'project/default')),
    Condition: condition,
  });
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 3 }), (statements) => {
      const cleaned = statements.map((each) => JSON.parse(JSON.stringify(each)));
      const probes = [
        {},
        { 'bedrock-mantle:Model': 'openai.unapproved' },
        { 'bedrock-mantle:Model': 'openai.unapproved', 'bedrock-mantle:ServiceTier': 'default' },
      ];
      const dangerous = probes.some((context) =>
        allows(cleaned, {
          action: 'bedrock-mantle:CreateInference',
          resource: arn('bedrock-mantle', 'project/default'),
          context: context as Record<string, string>,
        }),
      );
      expect(finds('MA-ID4', { Role: role(ownTrust('bedrock-mantle'), cleaned) })).toBe(dangerous);
    }),
    RUNS,
  );
});

test('MA-ID5 finds exactly the policies that allow what nobody named', () => {
  const statement = fc
    .record({
      actions: pick<object>(
        { Action: 's3:GetObject' },
        { Action: ['s3:GetObject', 'ecr:GetAuthorizationToken'] },
        { Action: 'ecr:GetAuthorizationToken' },
        { Action: 's3:*' },
        { Action: '*' },
        { NotAction: 'iam:*' },
        { Action: 'bedrock-mantle:GetProject' },
      ),
      resources: pick<object>(
        { Resource: 'arn:aws:s3:::mine/*' },
        { Resource: '*' },
        { Resource: 'arn:aws:s3:::*' },
        { Resource: arn('bedrock-mantle', 'project/default') },
        { Resource: arn('bedrock-mantle', 'project/*') },
        { NotResource: 'arn:aws:s3:::mine/*' },
      ),
    })
    // A resource of the wrong service is a slip that grants nothing; the rule cannot know every service's resources.
    .filter(({ actions, resources }) => compatible(JSON.stringify(actions), JSON.stringify(resources)))
    .map(({ actions, resources }) => ({ Effect: 'Allow', ...actions, ...resources }));
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 3 }), (statements) => {
      const probes: Probe[] = [
        { action: 's3:GetObject', resource: 'arn:aws:s3:::foreign/x' },
        { action: 's3:DeleteObject', resource: 'arn:aws:s3:::mine/x' },
        { action: 's3:DeleteObject', resource: 'arn:aws:s3:::foreign/x' },
        { action: 'sqs:SendMessage', resource: arn('sqs', 'foreign') },
        { action: 'bedrock-mantle:GetProject', resource: arn('bedrock-mantle', 'project/foreign') },
        { action: 'bedrock-mantle:DeleteFile', resource: arn('bedrock-mantle', 'project/default') },
      ];
      expect(finds('MA-ID5', { Role: role(ownTrust('bedrock-mantle'), statements) })).toBe(
        probes.some((probe) => allows(statements, probe)),
      );
    }),
    RUNS,
  );
});

function compatible(actions: string, resources: string): boolean {
  const bucket = resources.includes('s3:::') && resources.includes('"Resource"');
  const project = resources.includes('project/');
  return !(
    (bucket && /mantle|ecr/.test(actions)) ||
    (project && /s3:|ecr/.test(actions)) ||
    (resources.includes('NotResource') && /^\{"Action":"ecr/.test(actions))
  );
}

test('MA-ID6 finds exactly the policies that pass another role or to another service', () => {
  const session = `arn:aws:iam::${ACCOUNT}:role/session`;
  const condition = pick<unknown>(
    undefined,
    { StringEquals: { 'iam:PassedToService': 'bedrock-mantle.amazonaws.com' } },
    { StringLike: { 'iam:PassedToService': 'bedrock-mantle.amazonaws.com' } },
    { StringLike: { 'iam:PassedToService': '*' } },
    { StringEqualsIfExists: { 'iam:PassedToService': 'bedrock-mantle.amazonaws.com' } },
    { StringNotEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
  );
  const statement = fc.record({
    Effect: fc.constant('Allow'),
    Action: pick('iam:PassRole', 'iam:Pass*', 'iam:GetRole'),
    Resource: pick<unknown>(
      session,
      [session],
      '*',
      `arn:aws:iam::${ACCOUNT}:role/*`,
      `arn:aws:iam::${ACCOUNT}:role/se*`,
    ),
    Condition: condition,
  });
  const client = {
    Effect: 'Allow',
    Action: 'bedrock-mantle:CreateAgentSession',
    Resource: arn('bedrock-mantle', 'project/default'),
  };
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 3 }), (drafts) => {
      const statements = drafts.map((each) => JSON.parse(JSON.stringify(each)) as Statement);
      const mantle = { 'iam:PassedToService': 'bedrock-mantle.amazonaws.com' };
      const probes: Probe[] = [
        { action: 'iam:PassRole', resource: `arn:aws:iam::${ACCOUNT}:role/admin`, context: mantle },
        { action: 'iam:PassRole', resource: `arn:aws:iam::${ACCOUNT}:role/sesame`, context: mantle },
        { action: 'iam:PassRole', resource: session, context: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
        { action: 'iam:PassRole', resource: session },
      ];
      expect(finds('MA-ID6', { Client: role(ownTrust('codebuild'), [client, ...statements]) })).toBe(
        probes.some((probe) => allows(statements, probe)),
      );
    }),
    RUNS,
  );
});

test('MA-ID7 finds exactly the policies with which the execution role escalates, denials counted', () => {
  const actions = [
    'iam:CreateRole',
    'iam:Put*',
    'sts:AssumeRole',
    'lambda:Update*',
    'bedrock-mantle:CreateAgentSession',
    's3:GetObject',
    'logs:PutLogEvents',
    'kms:Decrypt',
  ];
  const statement = fc.oneof(
    fc.record({ Effect: fc.constant('Allow'), Action: some(...actions), Resource: fc.constant('*') }),
    fc.record({
      Effect: fc.constant('Deny'),
      Action: some(...actions, 'iam:*', '*'),
      Resource: fc.constant('*'),
      Condition: pick<unknown>(undefined, undefined, { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } }),
    }),
  );
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 4 }), (drafts) => {
      const statements = drafts.map((each) => JSON.parse(JSON.stringify(each)) as Statement);
      const escalates = ESCALATION_ACTIONS.some((action) =>
        allows(statements, { action, resource: arn('any', 'thing/1'), context: { 'aws:RequestedRegion': REGION } }),
      );
      expect(finds('MA-ID7', { Runtime, Role: role(ownTrust('bedrock-agentcore'), statements) })).toBe(escalates);
    }),
    RUNS,
  );
});

test('MA-ID8 finds exactly the policies that allow bearer tokens, denials counted', () => {
  const tokens = ['bedrock-mantle:CallWithBearerToken', 'bedrock:CallWithBearerToken'];
  const statement = fc.record({
    Effect: pick('Allow', 'Allow', 'Deny'),
    Action: some(...tokens, 'bedrock-mantle:Call*', 'bedrock:InvokeModel', 's3:GetObject', '*'),
    Resource: fc.constant('*'),
  });
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 3 }), (statements) => {
      expect(finds('MA-ID8', { Role: role(ownTrust('bedrock-mantle'), statements) })).toBe(
        tokens.some((action) => allows(statements, { action })),
      );
    }),
    RUNS,
  );
});

test('MA-ID9 finds exactly the apps in which one role of an agent goes beyond the boundary', () => {
  const boundary = [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }];
  const wide = [{ Effect: 'Allow', Action: ['s3:GetObject', 'sqs:SendMessage'], Resource: arn('sqs', 'q') }];
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }), (bounded) => {
      const resources = Object.fromEntries(
        bounded.map((has, position) => [
          `Role${position}`,
          role(
            ownTrust('bedrock-mantle'),
            wide,
            has ? { PermissionsBoundary: `arn:aws:iam::${ACCOUNT}:policy/b` } : {},
          ),
        ]),
      );
      const beyond = bounded.some((has) =>
        allows(wide, { action: 'sqs:SendMessage', resource: arn('sqs', 'q') }, has ? boundary : undefined),
      );
      // Where no role has one, the app declares none.
      expect(finds('MA-ID9', resources)).toBe(bounded.some(Boolean) && beyond);
    }),
    RUNS,
  );
});
