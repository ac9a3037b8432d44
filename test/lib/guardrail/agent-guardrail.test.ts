import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { CfnGuardrail } from 'aws-cdk-lib/aws-bedrock';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Key } from 'aws-cdk-lib/aws-kms';
import {
  App,
  Aspects,
  CfnOutput,
  RemovalPolicy,
  Stack,
  Stage,
  Tags,
  type CfnResource,
  type IPropertyInjector,
} from 'aws-cdk-lib/core';
import { AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R5Checks, PCIDSS321Checks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import {
  AgentGuardrail,
  AgentKey,
  GuardrailAction,
  GuardrailContentFilter,
  GuardrailEntity,
  GuardrailGrounding,
  GuardrailProfile,
  GuardrailSensitiveInformation,
  GuardrailStrength,
  GuardrailTier,
  GuardrailTopic,
  GuardrailWordFilter,
  type AgentGuardrailProps,
} from '../../../lib';
import { GUARDRAIL_LIMITS } from '../../../lib/facts/guardrail-limits';
import { GUARDRAIL_PROFILES } from '../../../lib/facts/guardrail-profiles';
import { CREDENTIAL_FORMATS, credentialKindIn } from '../../../lib/validation/credential-like';

const env = { account: '111122223333', region: 'us-east-1' };
const newStack = (region = 'us-east-1'): Stack => new Stack(new App(), 'S', { env: { ...env, region } });
const { HIGH, LOW, MEDIUM, NONE } = GuardrailStrength;

interface Rendered {
  readonly id: string;
  readonly properties: any;
}
function only(stack: Stack, type: string): Rendered {
  const [[id, { Properties }], ...others] = Object.entries(Template.fromStack(stack).findResources(type));
  expect(others).toEqual([]);
  return { id, properties: Properties };
}
const guardrailOf = (stack: Stack): any => only(stack, 'AWS::Bedrock::Guardrail').properties;
const versionIdOf = (stack: Stack): string => only(stack, 'AWS::Bedrock::GuardrailVersion').id;

describe('what the guardrail filters', () => {
  const stack = newStack();
  new AgentGuardrail(stack, 'G', {
    guardrailName: 'reviews',
    contentFilters: [
      GuardrailContentFilter.promptAttack(HIGH),
      GuardrailContentFilter.hate(LOW, MEDIUM),
      GuardrailContentFilter.violence(NONE, HIGH).detectOnly(),
    ],
    topics: [
      GuardrailTopic.deny({
        name: 'Advice',
        definition: 'Advice on investments.',
        examples: ['What shall I buy?'],
        input: GuardrailAction.DETECT,
      }),
    ],
    wordFilters: [
      GuardrailWordFilter.words(['codename', 'codename']),
      GuardrailWordFilter.profanity({ input: GuardrailAction.OFF }),
    ],
    sensitiveInformation: [
      GuardrailSensitiveInformation.block(GuardrailEntity.AWS_SECRET_KEY),
      GuardrailSensitiveInformation.mask(GuardrailEntity.regex({ name: 'ticket', pattern: 'SEC-\\d+' })),
      GuardrailSensitiveInformation.detect(GuardrailEntity.NAME),
      GuardrailSensitiveInformation.perDirection(GuardrailEntity.EMAIL, {
        input: GuardrailAction.OFF,
        output: GuardrailAction.MASK,
      }),
    ],
    grounding: [GuardrailGrounding.grounded(0.7), GuardrailGrounding.relevant(0.5, GuardrailAction.DETECT)],
  });
  const properties = guardrailOf(stack);

  test('content in the strengths and actions given, prompt attacks in the input only', () => {
    expect(properties.ContentPolicyConfig).toEqual({
      ContentFiltersTierConfig: { TierName: 'STANDARD' },
      FiltersConfig: [
        { Type: 'PROMPT_ATTACK', InputStrength: 'HIGH', InputAction: 'BLOCK', OutputStrength: 'NONE' },
        {
          Type: 'HATE',
          InputStrength: 'LOW',
          InputAction: 'BLOCK',
          OutputStrength: 'MEDIUM',
          OutputAction: 'BLOCK',
        },
        { Type: 'VIOLENCE', InputStrength: 'NONE', OutputStrength: 'HIGH', OutputAction: 'NONE' },
      ],
    });
  });

  test('topics, in the same tier', () => {
    expect(properties.TopicPolicyConfig).toEqual({
      TopicsTierConfig: { TierName: 'STANDARD' },
      TopicsConfig: [
        {
          Type: 'DENY',
          Name: 'Advice',
          Definition: 'Advice on investments.',
          Examples: ['What shall I buy?'],
          InputEnabled: true,
          InputAction: 'NONE',
          OutputEnabled: true,
          OutputAction: 'BLOCK',
        },
      ],
    });
  });

  test('words once each, and the managed list', () => {
    expect(properties.WordPolicyConfig).toEqual({
      WordsConfig: [
        { Text: 'codename', InputEnabled: true, InputAction: 'BLOCK', OutputEnabled: true, OutputAction: 'BLOCK' },
      ],
      ManagedWordListsConfig: [{ Type: 'PROFANITY', InputEnabled: false, OutputEnabled: true, OutputAction: 'BLOCK' }],
    });
  });

  test('sensitive information, both directions always written out', () => {
    const both = (action: string) => ({
      Action: action,
      InputEnabled: true,
      InputAction: action,
      OutputEnabled: true,
      OutputAction: action,
    });
    expect(properties.SensitiveInformationPolicyConfig).toEqual({
      PiiEntitiesConfig: [
        { Type: 'AWS_SECRET_KEY', ...both('BLOCK') },
        { Type: 'NAME', ...both('NONE') },
        { Type: 'EMAIL', Action: 'ANONYMIZE', InputEnabled: false, OutputEnabled: true, OutputAction: 'ANONYMIZE' },
      ],
      RegexesConfig: [{ Name: 'ticket', Pattern: 'SEC-\\d+', ...both('ANONYMIZE') }],
    });
  });

  test('grounding', () => {
    expect(properties.ContextualGroundingPolicyConfig).toEqual({
      FiltersConfig: [
        { Type: 'GROUNDING', Threshold: 0.7, Action: 'BLOCK', Enabled: true },
        { Type: 'RELEVANCE', Threshold: 0.5, Action: 'NONE', Enabled: true },
      ],
    });
  });

  test('and says so in messages of its own', () => {
    expect(properties).toMatchObject({
      Name: 'reviews',
      BlockedInputMessaging: 'This request was stopped by a guardrail.',
      BlockedOutputsMessaging: 'This answer was withheld by a guardrail.',
    });
  });

  test('nothing else: a part without filters is left out of the template', () => {
    const bare = newStack();
    new AgentGuardrail(bare, 'G', { grounding: [GuardrailGrounding.grounded(0.7)] });
    expect(Object.keys(guardrailOf(bare)).filter((name) => name.endsWith('PolicyConfig'))).toEqual([
      'ContextualGroundingPolicyConfig',
    ]);
  });

  test('all 31 entities of the service have a constant', () => {
    const constants = Object.entries(GuardrailEntity).filter(([, value]) => value instanceof GuardrailEntity);
    expect(constants).toHaveLength(31);
    expect(constants.every(([name, value]) => name === (value as GuardrailEntity).entityName)).toBe(true);
  });

  test('an organization gives every guardrail its own defaults', () => {
    const injector: IPropertyInjector = {
      constructUniqueId: AgentGuardrail.PROPERTY_INJECTION_ID,
      inject: (props: object) => ({ blockedInputMessage: 'Ask the platform team.', ...props }),
    };
    const injected = new Stack(new App({ propertyInjectors: [injector] }), 'S', { env });
    AgentGuardrail.standard(injected, 'G');
    expect(guardrailOf(injected).BlockedInputMessaging).toBe('Ask the platform team.');
  });
});

describe('where it is evaluated', () => {
  const arnIn = (region: string, profile: string) => ({
    'Fn::Join': [
      '',
      ['arn:', { Ref: 'AWS::Partition' }, `:bedrock:${region}:111122223333:guardrail-profile/${profile}`],
    ],
  });

  test.each([
    ['us-east-1', 'us.guardrail.v1:0', 3],
    ['us-west-1', 'us.guardrail.v1:0', 4],
    ['us-gov-west-1', 'us-gov.guardrail.v1:0', 2],
    ['eu-central-1', 'eu.guardrail.v1:0', 6],
    ['eu-west-2', 'uk.guardrail.v1:0', 1],
    ['ap-southeast-2', 'au.guardrail.v1:0', 1],
    ['ap-northeast-1', 'apac.guardrail.v1:0', 6],
    ['ca-central-1', 'ca.guardrail.v1:0', 2],
  ])('%s: the profile of its geography', (region, profile, destinations) => {
    const stack = newStack(region);
    const guardrail = AgentGuardrail.standard(stack, 'G');
    expect(guardrailOf(stack).CrossRegionConfig.GuardrailProfileArn).toEqual(arnIn(region, profile));
    expect(guardrail.profileArns).toHaveLength(destinations);
  });

  test('the CLASSIC tier stays in its Region', () => {
    const stack = newStack();
    const guardrail = new AgentGuardrail(stack, 'G', {
      tier: GuardrailTier.CLASSIC,
      contentFilters: [GuardrailContentFilter.promptAttack(HIGH)],
    });
    const properties = guardrailOf(stack);
    expect(properties).not.toHaveProperty('CrossRegionConfig');
    expect(properties.ContentPolicyConfig.ContentFiltersTierConfig).toEqual({ TierName: 'CLASSIC' });
    expect(guardrail.profileArns).toEqual([]);
  });

  test('another profile may be chosen', () => {
    const stack = newStack('ap-southeast-2');
    const profile = GuardrailProfile.of('apac.guardrail.v1:0', ['ap-southeast-2', 'ap-northeast-1']);
    const guardrail = AgentGuardrail.standard(stack, 'G', { profile });
    expect(guardrailOf(stack).CrossRegionConfig.GuardrailProfileArn).toEqual(
      arnIn('ap-southeast-2', 'apac.guardrail.v1:0'),
    );
    expect(stack.resolve(guardrail.profileArns)).toEqual([
      arnIn('ap-southeast-2', 'apac.guardrail.v1:0'),
      arnIn('ap-northeast-1', 'apac.guardrail.v1:0'),
    ]);
  });

  test('a stack without a Region gets the profile that all Regions of Managed Agents share', () => {
    const stack = new Stack(new App(), 'S');
    const guardrail = AgentGuardrail.standard(stack, 'G');
    expect(JSON.stringify(guardrailOf(stack).CrossRegionConfig)).toMatch(
      /:bedrock:.*"Ref":"AWS::Region".*:guardrail-profile\/us\.guardrail\.v1:0/,
    );
    expect(JSON.stringify(stack.resolve(guardrail.profileArns))).toMatch(/us-east-1.*us-east-2.*us-west-2/);
  });

  test('a source Region is always among its destinations, except where AWS routes it elsewhere', () => {
    const without = GUARDRAIL_PROFILES.flatMap(({ destinations }) =>
      Object.entries(destinations).flatMap(([source, targets]) => (targets.includes(source) ? [] : [source])),
    );
    expect(without).toEqual([]);
    const unsound = GUARDRAIL_PROFILES.filter(({ id }) => !GUARDRAIL_LIMITS.profileIdPattern.test(id));
    expect(unsound).toEqual([]);
  });
});

describe('how it is encrypted', () => {
  test('with a rotating key of its own', () => {
    const stack = newStack();
    const guardrail = AgentGuardrail.standard(stack, 'G');
    Template.fromStack(stack).hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
    expect(guardrailOf(stack).KmsKeyArn).toEqual(stack.resolve(guardrail.encryptionKey?.keyArn));
  });

  test('with a key that is brought, whose policy is left alone: AWS documents no service statement', () => {
    const stack = newStack();
    const encryptionKey = new AgentKey(stack, 'Key');
    AgentGuardrail.standard(stack, 'G', { encryptionKey });
    const { id, properties } = only(stack, 'AWS::KMS::Key');
    expect(guardrailOf(stack).KmsKeyArn).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
    const allowed = properties.KeyPolicy.Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow');
    expect(allowed).toHaveLength(1);
  });
});

describe('content-addressed versions', () => {
  const idFor = (
    change: (guardrail: AgentGuardrail, stack: Stack) => void,
    props: Partial<AgentGuardrailProps> = {},
  ) => {
    const stack = newStack();
    const guardrail = AgentGuardrail.standard(stack, 'G', props);
    change(guardrail, stack);
    return versionIdOf(stack);
  };
  const l1 = (guardrail: AgentGuardrail): CfnGuardrail => guardrail.node.findChild('Resource') as CfnGuardrail;
  const before = idFor(() => undefined);

  test('three syntheses of one app give one version, and so do three apps', () => {
    const app = new App();
    const stack = new Stack(app, 'S', { env });
    AgentGuardrail.standard(stack, 'G');
    const again = [1, 2, 3].map(() =>
      Object.keys(app.synth({ force: true }).getStackByName('S').template.Resources).filter((id) =>
        id.includes('Version'),
      ),
    );
    expect(again).toEqual([[before], [before], [before]]);
    expect([1, 2, 3].map(() => idFor(() => undefined))).toEqual([before, before, before]);
  });

  test('the id ends in a hash, which the description repeats', () => {
    const stack = newStack();
    AgentGuardrail.standard(stack, 'G');
    const { id, properties } = only(stack, 'AWS::Bedrock::GuardrailVersion');
    const [hash] = /[0-9a-f]{16}$/.exec(id)!;
    expect(properties.Description).toBe(`Policy ${hash}`);
  });

  test.each<[string, (guardrail: AgentGuardrail, stack: Stack) => void]>([
    ['a topic', (g) => g.addTopic(GuardrailTopic.deny({ name: 'T', definition: 'D' }))],
    ['a word', (g) => g.addWordFilter(GuardrailWordFilter.words(['w']))],
    ['an entity', (g) => g.addSensitiveInformation(GuardrailSensitiveInformation.mask(GuardrailEntity.EMAIL))],
    ['a check', (g) => g.addGrounding(GuardrailGrounding.grounded(0.5))],
    ['a message', (g) => (l1(g).blockedInputMessaging = 'No.')],
    [
      'a property override',
      (g) => l1(g).addPropertyOverride('ContentPolicyConfig.FiltersConfig.1.InputStrength', 'HIGH'),
    ],
    [
      'a property deletion',
      (g) => l1(g).addPropertyDeletionOverride('ContentPolicyConfig.FiltersConfig.1.OutputAction'),
    ],
    [
      'an aspect',
      (g, stack) =>
        Aspects.of(stack).add({
          visit: (node: IConstruct) => {
            if (node === l1(g)) {
              l1(g).blockedOutputsMessaging = 'No.';
            }
          },
        }),
    ],
    ['another key', (g, stack) => (l1(g).kmsKeyArn = new AgentKey(stack, 'Other').keyArn)],
  ])('%s added after construction makes a new version', (_, change) => {
    expect(idFor(change)).not.toBe(before);
  });

  test('a change between two syntheses of one app counts, also one that an aspect makes', () => {
    const app = new App();
    const stack = new Stack(app, 'S', { env });
    const guardrail = AgentGuardrail.standard(stack, 'G');
    const written = () => {
      const { template } = app.synth({ force: true }).getStackByName('S');
      return Object.keys(template.Resources).filter((id) => /^GVersion/.test(id));
    };
    const first = written();
    guardrail.addTopic(GuardrailTopic.deny({ name: 'T', definition: 'D' }));
    const second = written();
    Aspects.of(stack).add({ visit: () => (l1(guardrail).blockedOutputsMessaging = 'No.') });
    const ids = [...first, ...second, ...written()];
    expect(new Set(ids).size).toBe(3);
  });

  test('a change after a synthesis that failed counts', () => {
    const app = new App();
    const stack = new Stack(app, 'S', { env });
    const guardrail = AgentGuardrail.standard(stack, 'G');
    let errors = ['not yet'];
    stack.node.addValidation({ validate: () => errors });
    expect(() => app.synth()).toThrow('not yet');
    guardrail.addTopic(GuardrailTopic.deny({ name: 'T', definition: 'D' }));
    errors = [];
    const ids = Object.keys(app.synth().getStackByName('S').template.Resources);
    expect(ids).toContain(idFor((g) => g.addTopic(GuardrailTopic.deny({ name: 'T', definition: 'D' }))));
    expect(ids).not.toContain(before);
  });

  test.each<[string, (guardrail: AgentGuardrail, stack: Stack) => void]>([
    ['name', (g) => (l1(g).name = 'other')],
    ['description', (g) => (l1(g).description = 'other')],
    ['tags', (_, stack) => Tags.of(stack).add('team', 'platform')],
    ['metadata', (g) => l1(g).addMetadata('reviewed', 'yes')],
    ['other resources of the stack', (_, stack) => new Key(stack, 'Other')],
  ])('%s does not', (_, change) => {
    expect(idFor(change)).toBe(before);
  });

  test('the order of filters does not', () => {
    const idOf = (sensitiveInformation: GuardrailSensitiveInformation[]) => {
      const stack = newStack();
      new AgentGuardrail(stack, 'G', { sensitiveInformation });
      return versionIdOf(stack);
    };
    const [one, two] = [GuardrailEntity.AGE, GuardrailEntity.PIN].map((e) => GuardrailSensitiveInformation.mask(e));
    expect(idOf([one, two])).toBe(idOf([two, one]));
  });

  test('a policy that returns has its first version id again', () => {
    const topic = GuardrailTopic.deny({ name: 'T', definition: 'D' });
    expect(idFor((g) => g.addTopic(topic))).toBe(idFor(() => undefined, { topics: [topic] }));
    expect(idFor(() => undefined)).toBe(before);
  });

  test('the same in every stage', () => {
    const app = new App();
    const ids = ['Beta', 'Live'].map((name) => {
      const stack = new Stack(new Stage(app, name, { env }), 'S');
      AgentGuardrail.standard(stack, 'G');
      return versionIdOf(stack);
    });
    expect(ids[0]).toBe(ids[1]);
  });

  test.each([true, false])('a key in another stack does not unsettle it (referenced strongly: %s)', (strong) => {
    const app = new App({
      context: strong ? {} : { '@aws-cdk/core:defaultCrossStackReferences': 'weak' },
    });
    const encryptionKey = new AgentKey(new Stack(app, 'Keys', { env }), 'Key');
    const stack = new Stack(app, 'S', { env });
    const user = new Stack(app, 'User', { env });
    const guardrail = AgentGuardrail.standard(stack, 'G', { encryptionKey });
    const early = String(stack.resolve((guardrail.node.findChild('Version') as CfnResource).logicalId));
    new CfnOutput(user, 'Version', { value: guardrail.guardrailVersion });
    const assembly = app.synth();
    const template = assembly.getStackByName('S').template;
    expect(template.Resources[early]?.Type).toBe('AWS::Bedrock::GuardrailVersion');
    expect(JSON.stringify(template.Outputs)).toContain(early);
    expect(assembly.getStackByName('User').template.Outputs.Version.Value).toHaveProperty(
      strong ? 'Fn::ImportValue' : 'Fn::GetStackOutput',
    );
  });

  test('an id is cut to the 255 characters CloudFormation allows, never its hash', () => {
    const stack = newStack();
    stack.renameLogicalId('GVersion638B40F4', 'x'.repeat(255));
    AgentGuardrail.standard(stack, 'G');
    expect(versionIdOf(stack)).toMatch(/^x{239}[0-9a-f]{16}$/);
  });

  test('users get the number of the version, never DRAFT', () => {
    const stack = newStack();
    const guardrail = AgentGuardrail.standard(stack, 'G');
    expect(stack.resolve(guardrail.guardrailVersion)).toEqual({ 'Fn::GetAtt': [versionIdOf(stack), 'Version'] });
    expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toContain('DRAFT');
  });

  test('a replaced version stays for the turns that still name it; one of a failed deployment does not', () => {
    const stack = newStack();
    AgentGuardrail.standard(stack, 'G');
    Template.fromStack(stack).hasResource('AWS::Bedrock::GuardrailVersion', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test('or goes, where that is wanted', () => {
    const stack = newStack();
    AgentGuardrail.standard(stack, 'G', { versionRemovalPolicy: RemovalPolicy.DESTROY });
    Template.fromStack(stack).hasResource('AWS::Bedrock::GuardrailVersion', { DeletionPolicy: 'Delete' });
  });
});

describe('the guardrail for coding agents', () => {
  const stack = newStack();
  AgentGuardrail.standard(stack, 'G');
  const { ContentPolicyConfig, SensitiveInformationPolicyConfig } = guardrailOf(stack);
  const entities = SensitiveInformationPolicyConfig.PiiEntitiesConfig as any[];
  const regexes = SensitiveInformationPolicyConfig.RegexesConfig as any[];
  const found = (text: string): string[] =>
    regexes.filter(({ Pattern }) => new RegExp(Pattern).test(text)).map(({ Name }) => Name as string);
  /** Examples that only look like credentials, put together so that no scanner takes this file for a leak. */
  const SECRETS: Record<(typeof CREDENTIAL_FORMATS)[number]['kind'], string> = {
    'an AWS access key id': `AKIA${'IOSFODNN7EXAMPLE'}`,
    'an Amazon Bedrock API key': `ABSK${'QmVkcm9ja0FQSUtleS1leGFtcGxl'}`,
    'an OpenAI API key': `sk-${'proj-EXAMPLEexampleEXAMPLE'}`,
    'a GitHub token': `ghp_${'EXAMPLEexampleEXAMPLEexample'}`,
    'a GitLab token': `glpat-${'EXAMPLEexampleEXAMPLE'}`,
    'a Slack token': `xoxb-${'1234567890-EXAMPLE'}`,
    'an npm token': `npm_${'EXAMPLE'.repeat(5)}E`,
    'a private key': `-----BEGIN RSA PRIVATE ${'KEY-----'}`,
    'a JSON Web Token': ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiJleGFtcGxlIn0', 'c2lnbmF0dXJl'].join('.'),
    'a user name and password in a URL': `postgres://app:${'example'}@db.internal/app`,
  };

  test('the STANDARD tier, prompt attacks at their strongest, every category filtered', () => {
    expect(ContentPolicyConfig.ContentFiltersTierConfig).toEqual({ TierName: 'STANDARD' });
    expect(ContentPolicyConfig.FiltersConfig[0]).toMatchObject({ Type: 'PROMPT_ATTACK', InputStrength: 'HIGH' });
    expect(ContentPolicyConfig.FiltersConfig.map(({ Type }: any) => Type).sort()).toEqual(
      ['HATE', 'INSULTS', 'MISCONDUCT', 'PROMPT_ATTACK', 'SEXUAL', 'VIOLENCE'].sort(),
    );
  });

  test('secrets are masked in both directions', () => {
    const secrets = entities.filter(({ InputEnabled }) => InputEnabled);
    expect(secrets.map(({ Type, InputAction, OutputAction }) => [Type, InputAction, OutputAction])).toEqual([
      ['AWS_ACCESS_KEY', 'ANONYMIZE', 'ANONYMIZE'],
      ['AWS_SECRET_KEY', 'ANONYMIZE', 'ANONYMIZE'],
      ['PASSWORD', 'ANONYMIZE', 'ANONYMIZE'],
    ]);
  });

  test.each(Object.entries(SECRETS))('%s is found by exactly one pattern', (kind, secret) => {
    expect(credentialKindIn(secret)).toBe(kind);
    expect(found(`const value = "${secret}";`)).toHaveLength(1);
  });

  test('every format of lib/validation/credential-like is in a pattern', () => {
    expect(CREDENTIAL_FORMATS.map(({ kind }) => kind).sort()).toEqual(Object.keys(SECRETS).sort());
    const described = regexes.flatMap(({ Description }) => String(Description).split(', '));
    expect(described.sort()).toEqual(Object.keys(SECRETS).sort());
  });

  test('a masked secret is masked whole', () => {
    for (const [kind, secret] of Object.entries(SECRETS).filter(([each]) => each !== 'a private key')) {
      const { Pattern } = regexes.find((each) => new RegExp(each.Pattern as string).test(secret))!;
      const left = secret.replace(new RegExp(Pattern as string), '');
      expect([kind, left]).toEqual([kind, kind.endsWith('URL') ? 'db.internal/app' : '']);
    }
  });

  test('a private key is blocked even where secrets are masked, because a pattern finds its first line only', () => {
    const { InputAction, OutputAction } = regexes.find(({ Name }) => Name === 'PRIVATE_KEY')!;
    expect([InputAction, OutputAction]).toEqual(['BLOCK', 'BLOCK']);
  });

  test('patterns use only what every engine has: AWS documents none', () => {
    for (const { Pattern } of regexes as { Pattern: string }[]) {
      expect(Pattern).not.toMatch(/\(\?[^:]|\\[1-9kpPxuQEAZz]|[+*?}]\+|\(\?</);
    }
    expect(CREDENTIAL_FORMATS.map(({ pattern }) => pattern.flags).join('')).toBe('');
  });

  test('half of the room for patterns is left', () => {
    expect(regexes.length).toBeLessThanOrEqual(GUARDRAIL_LIMITS.regexes / 2);
  });

  test.each([
    'commit 3f2a9c1d8b7e6f5a4c3b2a1908f7e6d5c4b3a291 (HEAD -> main)',
    'process.kill(child.pid); // kill the child, abort the master',
    'const apiKey = await secrets.get(process.env.API_KEY_ARN);',
    'https://github.com/example/repo/pull/42#discussion_r123456',
    'git@github.com:example/repo.git',
    'arn:aws:secretsmanager:us-east-1:111122223333:secret:db-AbCdEf',
    '-----BEGIN CERTIFICATE-----',
    'task-runner: sk-learn, npm_config_cache, xoxo, ghp_short',
    'image@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  ])('no pattern mistakes for a secret: %s', (text) => {
    expect(found(text)).toEqual([]);
  });

  test('what reviews are made of is left alone', () => {
    const types = entities.map(({ Type }) => Type as string);
    for (const needed of ['EMAIL', 'NAME', 'USERNAME', 'URL', 'IP_ADDRESS', 'MAC_ADDRESS', 'AGE', 'PIN']) {
      expect(types).not.toContain(needed);
    }
  });

  test('numbers of persons and accounts are masked in what is published, not in what the agent reads', () => {
    const numbers = entities.filter(({ InputEnabled }) => !InputEnabled);
    expect(numbers.map(({ Type }) => Type as string)).toContain('US_SOCIAL_SECURITY_NUMBER');
    expect(numbers.every(({ OutputAction }) => OutputAction === 'ANONYMIZE')).toBe(true);
  });

  test('secrets can be blocked instead', () => {
    const strict = newStack();
    AgentGuardrail.standard(strict, 'G', { secrets: GuardrailAction.BLOCK });
    const handled = guardrailOf(strict).SensitiveInformationPolicyConfig;
    const secrets = [...handled.RegexesConfig, ...handled.PiiEntitiesConfig].filter((each: any) => each.InputEnabled);
    expect(secrets.length).toBe(8);
    expect(secrets.every((each: any) => each.InputAction === 'BLOCK' && each.OutputAction === 'BLOCK')).toBe(true);
  });

  test('a given filter takes the place of the standard one, others are added', () => {
    const own = newStack();
    AgentGuardrail.standard(own, 'G', {
      contentFilters: [GuardrailContentFilter.misconduct(HIGH)],
      sensitiveInformation: [
        GuardrailSensitiveInformation.block(GuardrailEntity.PASSWORD),
        GuardrailSensitiveInformation.mask(GuardrailEntity.EMAIL),
        GuardrailSensitiveInformation.mask(GuardrailEntity.regex({ name: 'ticket', pattern: 'SEC-\\d+' })),
      ],
    });
    const { ContentPolicyConfig: content, SensitiveInformationPolicyConfig: sensitive } = guardrailOf(own);
    expect(content.FiltersConfig).toHaveLength(6);
    expect(content.FiltersConfig).toContainEqual(
      expect.objectContaining({ Type: 'MISCONDUCT', InputStrength: 'HIGH', OutputStrength: 'HIGH' }),
    );
    expect(sensitive.PiiEntitiesConfig.filter(({ Type }: any) => Type === 'PASSWORD')).toEqual([
      expect.objectContaining({ InputAction: 'BLOCK' }),
    ]);
    expect(sensitive.PiiEntitiesConfig).toHaveLength(10);
    expect(sensitive.RegexesConfig).toHaveLength(6);
  });
});

describe('a guardrail that exists already', () => {
  const attributes = {
    guardrailArn: 'arn:aws:bedrock:us-east-1:444455556666:guardrail/abc123',
    guardrailVersion: '7',
  };

  test('is known by its ARN and version', () => {
    const guardrail = AgentGuardrail.fromAgentGuardrailAttributes(newStack(), 'G', attributes);
    expect(guardrail).toMatchObject({ ...attributes, guardrailId: 'abc123', profileArns: [] });
  });

  test('declares by ARN and id that it is not part of the app', () => {
    const stack = newStack();
    AgentGuardrail.fromAgentGuardrailAttributes(stack, 'G', attributes);
    expect(Template.fromStack(stack).toJSON().Metadata.AgentDeclarations).toEqual([
      expect.objectContaining({ kind: 'unreadable', names: [attributes.guardrailArn, 'abc123'] }),
    ]);
  });

  test('has its profile in its own account', () => {
    const guardrail = AgentGuardrail.fromAgentGuardrailAttributes(newStack(), 'G', {
      ...attributes,
      profile: GuardrailProfile.forRegion('us-east-1'),
    });
    expect(guardrail.profileArns).toEqual(
      ['us-east-1', 'us-east-2', 'us-west-2'].map(
        (region) => `arn:aws:bedrock:${region}:444455556666:guardrail-profile/us.guardrail.v1:0`,
      ),
    );
  });
});

test('metrics speak of this guardrail in its current version', () => {
  const stack = newStack();
  const guardrail = AgentGuardrail.standard(stack, 'G');
  const metrics = {
    Invocations: guardrail.metrics.invocations(),
    InvocationsIntervened: guardrail.metrics.interventions(),
    InvocationLatency: guardrail.metrics.latencyInMillis(),
    TextUnitCount: guardrail.metrics.textUnits(),
    InvocationClientErrors: guardrail.metrics.clientErrors(),
    InvocationServerErrors: guardrail.metrics.serverErrors(),
    InvocationThrottles: guardrail.metrics.throttles(),
  };
  for (const [name, metric] of Object.entries(metrics)) {
    new Alarm(stack, name, { metric, threshold: 1, evaluationPeriods: 1 });
  }
  const template = Template.fromStack(stack);
  for (const name of Object.keys(metrics)) {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Bedrock/Guardrails',
      MetricName: name,
      Statistic: name === 'InvocationLatency' ? 'Average' : 'Sum',
      Dimensions: [
        { Name: 'GuardrailArn', Value: stack.resolve(guardrail.guardrailArn) },
        { Name: 'GuardrailVersion', Value: { 'Fn::GetAtt': [versionIdOf(stack), 'Version'] } },
      ],
    });
  }
});

describe('enforcement in the whole account', () => {
  const WARNING = 'cdk-bedrock-managed-agents:accountEnforcement';

  test('never without being asked for', () => {
    const stack = newStack();
    AgentGuardrail.standard(stack, 'G');
    Template.fromStack(stack).resourceCountIs('AWS::Bedrock::EnforcedGuardrailConfiguration', 0);
  });

  test('enforces the numbered version on all models and all content, and warns what it is not documented to cover', () => {
    const stack = newStack();
    const guardrail = AgentGuardrail.standard(stack, 'G');
    guardrail.enforceInAccount();
    Template.fromStack(stack).hasResourceProperties('AWS::Bedrock::EnforcedGuardrailConfiguration', {
      GuardrailIdentifier: stack.resolve(guardrail.guardrailArn),
      GuardrailVersion: { 'Fn::GetAtt': [versionIdOf(stack), 'Version'] },
      ModelEnforcement: Match.absent(),
      SelectiveContentGuarding: { System: 'COMPREHENSIVE', Messages: 'COMPREHENSIVE' },
    });
    Annotations.fromStack(stack).hasWarning(
      '/S/G',
      Match.stringLikeRegexp(`not supported on bedrock-mantle.*${WARNING}`),
    );
  });

  test('may leave models out', () => {
    const stack = newStack();
    AgentGuardrail.standard(stack, 'G').enforceInAccount({ excludedModels: ['amazon.titan-embed-text-v2:0'] });
    Template.fromStack(stack).hasResourceProperties('AWS::Bedrock::EnforcedGuardrailConfiguration', {
      ModelEnforcement: { IncludedModels: ['ALL'], ExcludedModels: ['amazon.titan-embed-text-v2:0'] },
    });
  });

  test.each([
    ['twice in an account and Region is refused', 'us-east-1', false],
    ['once in each Region is accepted', 'us-west-2', true],
  ])('%s', (_, region, accepted) => {
    const app = new App();
    AgentGuardrail.standard(new Stack(app, 'One', { env }), 'G').enforceInAccount();
    AgentGuardrail.standard(new Stack(app, 'Two', { env: { ...env, region } }), 'G').enforceInAccount();
    const synth = () => app.synth();
    if (accepted) {
      expect(synth).not.toThrow();
    } else {
      expect(synth).toThrow(/there is an enforced guardrail in this account and Region already \(One\/G/);
    }
  });
});

describe('rule packs', () => {
  test.each([
    ['AwsSolutions', new AwsSolutionsChecks()],
    ['NIST 800-53 r5', new NIST80053R5Checks()],
    ['HIPAA', new HIPAASecurityChecks()],
    ['PCI DSS', new PCIDSS321Checks()],
  ])('%s finds nothing', (_, pack) => {
    const stack = newStack();
    AgentGuardrail.standard(stack, 'G').enforceInAccount();
    expect(pack.validateScope(stack).violations).toEqual([]);
  });
});
