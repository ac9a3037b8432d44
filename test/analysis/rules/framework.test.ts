import * as fs from 'fs';
import * as path from 'path';
import { TRUE } from '../../../analysis/model/guard';
import { identities } from '../../../analysis/model/identities';
import { printed } from '../../../analysis/model/printed-text';
import type { StackData } from '../../../analysis/model/read-stacks';
import { RULE_TEXTS } from '../../../analysis/rules';
import { checkStacks } from '../../../analysis/rules/check';
import { MA_DEV1 } from '../../../analysis/rules/ma-dev1';
import { type Rule, rule, type Severity } from '../../../analysis/rules/rule';
import { DEVELOPMENT_MODE_KEY } from '../../../lib/contracts/development';
import { allow, arnOf, role } from '../model/templates';

const text = {
  family: 'identity',
  subject: 'role',
  what: 'Nothing is wrong.',
  why: 'Because.',
  fix: 'Fix it',
  page: 'https://docs.aws.amazon.com/',
  controls: { nist: [], iso: [], soc2: [] },
} as const;

const stack = (template: object, id = 'App'): StackData => ({
  id,
  account: '111122223333',
  region: 'us-east-1',
  template,
});
const RUNTIME = { Type: 'AWS::BedrockAgentCore::Runtime', Properties: { RoleArn: arnOf('Role') } };
const run = (template: object, rules: readonly Rule[], now?: Date) =>
  checkStacks({ stacks: [stack(template)], rules, options: { now } });

/** Says something of each value of `Topic.DisplayName`, and notes what can't be read. */
const everyName = rule({
  ...text,
  id: 'MA-ID5',
  severity: 'fatal',
  *check({ model, unread }) {
    for (const topic of model.ofType('AWS::SNS::Topic')) {
      for (const name of topic.properties.at('DisplayName').flatMap((node) => node.texts())) {
        unread('agent App#Runtime', topic, name.value);
        if (typeof name.value[0] === 'string') {
          yield { at: name.place, says: 'The name is known', when: name.guard };
        }
      }
    }
  },
});

describe('docs/RULES.md', () => {
  const page = fs.readFileSync(path.join(__dirname, '../../../docs/RULES.md'), 'utf8').replaceAll('\\', '');

  test.each(RULE_TEXTS.map((each) => [each.id, each] as const))('says of %s what the rule says', (id, each) => {
    const { family, severity, controls } = each;
    const before = page.slice(0, page.indexOf(`\n### ${id}\n`));
    const [section] = page.slice(before.length + 1).split(/\n##/);
    const missing = [
      `Severity **${severity}**`,
      ...[each.what, each.why, `${each.fix}.`, `<${each.page}>`],
      `NIST SP 800-53 r5: ${controls.nist.join(', ')} · ISO/IEC 27001:2022 Annex A: ${controls.iso.join(', ')} · SOC 2: ${controls.soc2.join(', ')}\n`,
    ].filter((text) => !section.includes(text));
    expect(missing).toEqual([]);
    // The name of the rule in SARIF.
    expect(each.subject).toMatch(/^[a-z]{2,}/i);
    expect(/.*\n## (\w+)\n/s.exec(before)?.[1].toLowerCase()).toContain(family);
  });

  test('keeps wildcards', () => {
    expect(RULE_TEXTS.some(({ what }) => what.includes('"service:*"'))).toBe(true);
  });
});

describe('a finding', () => {
  const says = (finding: object): Rule =>
    rule({
      ...text,
      id: 'MA-ID5',
      severity: 'fatal',
      *check({ model }) {
        yield { at: model.resource('App#Runtime')!, says: 'It is wrong', ...finding };
        yield { at: model.resource('App#Runtime')!, says: 'It is wrong', ...finding };
      },
    });

  test('is one for one rule, subject, place and certainty', () => {
    const template = { Resources: { Runtime: RUNTIME } };
    expect(run(template, [says({})])).toEqual([
      expect.objectContaining({
        rule: 'MA-ID5',
        severity: 'fatal',
        says: 'It is wrong',
        location: expect.objectContaining({ stack: 'App', logicalId: 'Runtime', path: 'Properties' }),
      }),
    ]);
    expect(run(template, [says({}), says({ certainty: 'maybe' })])).toEqual([
      expect.objectContaining({ severity: 'fatal', says: 'It is wrong' }),
    ]);
    // A policy of two roles is wrong once.
    expect(run(template, [says({}), says({ subject: 'x' })])).toHaveLength(1);
    expect(run(template, [says({}), says({ subject: 'x', says: 'x is wrong' })])).toEqual([
      expect.objectContaining({ severity: 'fatal', says: 'It is wrong. x is wrong' }),
    ]);
  });

  test('that is only possible is never fatal', () => {
    const [{ severity }] = run({ Resources: { Runtime: RUNTIME } }, [says({ certainty: 'maybe' })]);
    expect(severity).toBe('error');
  });

  test.each<[string, (Severity | undefined)[], Severity]>([
    ['a worse one that comes later', ['warning', 'error'], 'error'],
    ['a worse one that comes first', ['error', 'warning'], 'error'],
    ['the severity of the rule', ['warning', undefined], 'fatal'],
    ['the same', ['warning', 'warning'], 'warning'],
  ])('that is made twice has the worse severity: %s', (_name, severities, expected) => {
    const twice = rule({
      ...text,
      id: 'MA-ID5',
      severity: 'fatal',
      *check({ model }) {
        for (const severity of severities) {
          yield { at: model.resource('App#Runtime')!, says: 'It is wrong', severity };
        }
      },
    });
    expect(run({ Resources: { Runtime: RUNTIME } }, [twice]).map(({ severity }) => severity)).toEqual([expected]);
  });

  test('of a case that no deployment has is none', () => {
    expect(run({ Resources: { Runtime: RUNTIME } }, [says({ when: TRUE.not() })])).toEqual([]);
  });

  test('says in which case it holds', () => {
    const template = {
      Parameters: { Stage: { Type: 'String', AllowedValues: ['test', 'prod'] } },
      Conditions: { IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] } },
      Resources: {
        Runtime: RUNTIME,
        Topic: {
          Type: 'AWS::SNS::Topic',
          Properties: { DisplayName: { 'Fn::If': ['IsProd', 'x', { Ref: 'AWS::NoValue' }] } },
        },
      },
    };
    expect(run(template, [everyName])).toEqual([
      expect.objectContaining({ says: 'The name is known (when Stage = prod)' }),
    ]);
  });
});

describe('what can’t be read', () => {
  const topic = (value: unknown) => ({ Type: 'AWS::SNS::Topic', Properties: { DisplayName: value } });
  const template = (extra: object = {}, metadata?: object) => ({
    Metadata: metadata,
    Parameters: { Name: { Type: 'String' } },
    Resources: { Runtime: RUNTIME, One: topic({ Ref: 'Name' }), Two: topic({ Ref: 'Name' }), ...extra },
  });

  test('is one finding for each origin, at the resource that uses it first', () => {
    expect(run(template(), [everyName])).toEqual([
      expect.objectContaining({
        rule: 'MA-READ1',
        severity: 'error',
        says: "This can't be read: parameter Name is given at deployment, and it could touch Runtime",
        location: expect.objectContaining({ logicalId: 'One' }),
        related: [expect.objectContaining({ path: 'Parameters.Name' })],
      }),
    ]);
    const unknown = { 'Fn::ImportValue': 'nowhere' };
    expect(run(template({ Three: topic(unknown) }), [everyName])).toHaveLength(2);
  });

  test('is no finding when no rule asks', () => {
    expect(run(template(), [rule({ ...text, id: 'MA-ID1', severity: 'error', *check() {} })])).toEqual([]);
  });

  test.each<[string, object]>([
    ['the parameter', { parts: [{ logicalIds: ['Name'] }] }],
    ['the resource that uses it', { parts: [{ stack: 'App', logicalIds: ['One'] }] }],
    ['the stack', { parts: [{ stack: 'App' }] }],
    ['what the templates call it', { names: [{ Ref: 'Name' }] }],
  ])('is cleared by a declaration of %s', (_, named) => {
    const declaration = { kind: 'unreadable', reason: 'Reviewed', ...named };
    expect(run(template({}, { AgentDeclarations: [declaration] }), [everyName])).toEqual([]);
  });

  test.each<[string, object]>([
    ['a part by an unknown member', { parts: [{ stack: 'App', resource: 'One' }] }],
    ['no resource of a stack', { parts: [{ stack: 'App', logicalIds: [] }] }],
    ['resources that are no list', { parts: [{ stack: 'App', logicalIds: 'One' }] }],
    ['parts that are no list', { parts: { stack: 'App' } }],
    ['a part that is no object', { parts: ['App'] }],
    ['an end by an unknown member', { parts: [{ stack: 'App' }], expire: '2026-01-01' }],
  ])('is not cleared by a declaration of %s', (_, named) => {
    const declaration = { kind: 'unreadable', reason: 'Reviewed', ...named };
    expect(run(template({}, { AgentDeclarations: [declaration] }), [everyName])).not.toEqual([]);
  });

  test('comes back when the declaration has ended, with a warning that it has', () => {
    const declaration = { kind: 'unreadable', reason: 'Reviewed', expires: '2027-01-01', parts: [{ stack: 'App' }] };
    const declared = template({}, { AgentDeclarations: [declaration] });
    expect(run(declared, [everyName], new Date('2026-12-31'))).toEqual([]);
    expect(run(declared, [everyName], new Date('2027-01-02'))).toMatchObject([
      { rule: 'MA-READ1', severity: 'error' },
      { rule: 'MA-DECL1', severity: 'warning', says: 'The unreadable declaration expired at 2027-01-01' },
    ]);
  });
});

describe('a declared action', () => {
  const Role = role('bedrock-agentcore.amazonaws.com', {
    Policies: [{ PolicyName: 'p', PolicyDocument: allow('ecr:DescribeRegistry', '*') }],
  });
  /** Reports every action that isn't declared. */
  const id5: Rule = rule({
    ...text,
    id: 'MA-ID5',
    severity: 'fatal',
    *check({ model, declared }) {
      for (const identity of identities(model).all) {
        for (const statement of identity.statements) {
          for (const { value } of statement.actions.patterns) {
            if (!declared.use(identity, printed(value), statement)) {
              yield { at: statement, subject: identity.id, says: `The role may call ${printed(value)}` };
            }
          }
        }
      }
    },
  });
  const id7: Rule = rule({ ...text, id: 'MA-ID7', severity: 'fatal', *check() {} });
  const check = (...records: object[]) =>
    run({ Metadata: { AgentDeclarations: records }, Resources: { Runtime: RUNTIME, Role } }, [id5, id7]).map(
      ({ rule: id, says }) => `${id} ${says}`,
    );
  const record = { kind: 'action', role: arnOf('Role'), action: 'ecr:DescribeRegistry', reason: 'Reviewed' };
  const FINDING = 'MA-ID5 The role may call ecr:DescribeRegistry';
  const UNUSED = 'MA-DECL1 The action declaration allows nothing that the app needs';

  test.each<[string, object, string[]]>([
    ['by reference', {}, []],
    ['by a reference of another stack', { role: '${App#Role.Arn}' }, []],
    ['on everything', { resources: ['*'] }, []],
    ['within the role', { within: ['Role'] }, []],
    ['within something else', { within: ['Runtime'] }, [FINDING, UNUSED]],
    ['another action', { action: 'ecr:DescribeRepositories' }, [FINDING, UNUSED]],
    ['another role', { role: 'arn:aws:iam::111122223333:role/other' }, [FINDING, UNUSED]],
    ['another resource', { resources: ['arn:aws:ecr:us-east-1:111122223333:repository/a'] }, [FINDING, UNUSED]],
    ['no reason', { reason: ' ' }, [FINDING]],
    ['a limit by an unknown member', { resource: 'arn:aws:ecr:us-east-1:111122223333:repository/a' }, [FINDING]],
  ])('%s', (_, change, expected) => {
    expect(check({ ...record, ...change })).toEqual(expected);
  });

  test('that is written to several templates is unused only if none of them needs it', () => {
    expect(check(record, { ...record, within: ['Runtime'] })).toEqual([]);
  });
});

describe('before anything is read', () => {
  const fails = rule({
    ...text,
    id: 'MA-ID1',
    severity: 'error',
    *check() {
      throw new RangeError('Maximum call stack size exceeded');
    },
  });

  test("an app without any part of an agent isn't judged", () => {
    expect(run({ Resources: { Topic: { Type: 'AWS::SNS::Topic' } } }, [fails])).toEqual([]);
  });

  test('what a rule can’t judge does not pass', () => {
    expect(run({ Resources: { Runtime: RUNTIME } }, [fails])).toMatchObject([
      { rule: 'MA-READ1', severity: 'error', says: expect.stringContaining("MA-ID1 can't judge these templates") },
    ]);
  });

  test.each<unknown>([
    null,
    'text',
    { Resources: null },
    { Resources: { constructor: { Type: 'constructor' }, Runtime: null, __proto__: RUNTIME } },
    { Resources: { Runtime: { Type: 'AWS::BedrockAgentCore::Runtime', Properties: null } } },
    { Metadata: { AgentDeclarations: [null, [], 'x', { kind: 'exempt' }, { kind: 3, reason: {} }] }, Resources: {} },
  ])('malformed templates are read without errors: %j', (template) => {
    const stacks = [stack({ Resources: { Runtime: RUNTIME } }, 'Other'), stack(template as object)];
    const failures = checkStacks({ stacks }).filter(({ says }) => says.includes("can't judge"));
    expect(failures).toEqual([]);
  });
});

test('findings count only in the stacks that are judged, and not in exempt ones', () => {
  const says = rule({
    ...text,
    id: 'MA-ID5',
    severity: 'fatal',
    *check({ model }) {
      yield* model.ofType(RUNTIME.Type).map((at) => ({ at, says: 'It is wrong' }));
    },
  });
  const exempt = { AgentDeclarations: [{ kind: 'exempt', reason: 'Sandbox' }] };
  const stacks = [
    stack({ Resources: { Runtime: RUNTIME } }, 'Judged'),
    stack({ Resources: { Runtime: RUNTIME } }, 'Other'),
    stack(
      { Metadata: exempt, Resources: { Runtime: RUNTIME, Nested: { Type: 'AWS::CloudFormation::Stack' } } },
      'Exempt',
    ),
    {
      ...stack({ Resources: { Runtime: RUNTIME } }, 'Exempt/Nested'),
      nestedIn: { sourceId: 'Exempt', logicalId: 'Nested' },
    },
  ];
  const judged = new Set(['Judged', 'Exempt', 'Exempt/Nested']);
  expect(checkStacks({ stacks, rules: [says], judged }).map(({ location }) => location.stack)).toEqual(['Judged']);
});

test('MA-DEV1: each stack in development mode is one finding, at a resource that can have an acknowledgement', () => {
  const Resources = { Runtime: RUNTIME, Topic: { Type: 'AWS::SNS::Topic' } };
  const stacks = [
    stack({ Resources }),
    stack({ Metadata: { [DEVELOPMENT_MODE_KEY]: 'on' }, Resources }, 'Dev'),
    stack({ Metadata: { [DEVELOPMENT_MODE_KEY]: 'on' }, Resources: {} }, 'Empty'),
  ];
  expect(checkStacks({ stacks, rules: [MA_DEV1] })).toEqual([
    expect.objectContaining({
      rule: 'MA-DEV1',
      severity: MA_DEV1.severity,
      says: 'The stack Dev is in development mode',
      location: expect.objectContaining({ stack: 'Dev', logicalId: 'Runtime', path: 'DeletionPolicy' }),
    }),
  ]);
});
