import { App, Fn, Stack, Tags, Token } from 'aws-cdk-lib/core';
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

/* Every limit of lib/facts/guardrail-limits.ts: the edge that is allowed, the step over it, and the message. */

const env = { account: '111122223333', region: 'us-east-1' };
const x = (length: number): string => 'x'.repeat(length);
const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const { BLOCK, MASK, OFF } = GuardrailAction;
const { NONE, LOW } = GuardrailStrength;

const guardrail = (props: AgentGuardrailProps, region = 'us-east-1'): AgentGuardrail =>
  new AgentGuardrail(new Stack(new App(), 'S', { env: { ...env, region } }), 'G', {
    wordFilters: [GuardrailWordFilter.words(['secret sauce'])],
    ...props,
  });
const imported = (guardrailVersion: string, id = 'abc123'): unknown =>
  AgentGuardrail.fromAgentGuardrailAttributes(new Stack(new App(), 'S', { env }), 'G', {
    guardrailArn: id.startsWith('arn') ? id : `arn:aws:bedrock:us-east-1:111122223333:guardrail/${id}`,
    guardrailVersion,
  });
const topic = (part: object): GuardrailTopic => GuardrailTopic.deny({ name: 'T', definition: 'D', ...part });
const regex = (part: object): GuardrailEntity => GuardrailEntity.regex({ name: 'R', pattern: 'p', ...part });
const classic = { tier: GuardrailTier.CLASSIC };
const regexes = (count: number): GuardrailSensitiveInformation[] =>
  many(count, (i) => GuardrailSensitiveInformation.mask(regex({ name: `R${i}`, pattern: `p${i}` })));

type Row = [limit: string, allowed: () => unknown, refused: () => unknown, message: RegExp];

// prettier-ignore
const ROWS: Row[] = [
  ['name of 50', () => guardrail({ guardrailName: x(50) }), () => guardrail({ guardrailName: x(51) }), /S\/G: guardrailName 'x+' .* Allowed: 1 to 50/],
  ['name not empty', () => guardrail({ guardrailName: 'a' }), () => guardrail({ guardrailName: '' }), /guardrailName ''/],
  ['name characters', () => guardrail({ guardrailName: 'aZ0-_' }), () => guardrail({ guardrailName: 'a b' }), /guardrailName 'a b' .* Fix: shorten/],
  ['description of 200', () => guardrail({ description: x(200) }), () => guardrail({ description: x(201) }), /description .* 1 to 200 .* shorten it by 1/],
  ['description not empty', () => guardrail({ description: 'd' }), () => guardrail({ description: '' }), /description ''/],
  ['input message of 500', () => guardrail({ blockedInputMessage: x(500) }), () => guardrail({ blockedInputMessage: x(501) }), /blockedInputMessage .* 1 to 500/],
  ['input message not empty', () => guardrail({ blockedInputMessage: 'm' }), () => guardrail({ blockedInputMessage: ' ' }), /blockedInputMessage ' '/],
  ['output message of 500', () => guardrail({ blockedOutputMessage: x(500) }), () => guardrail({ blockedOutputMessage: x(501) }), /blockedOutputMessage .* 1 to 500/],
  ['30 topics', () => guardrail({ topics: many(30, (i) => topic({ name: `T${i}` })) }), () => guardrail({ topics: many(31, (i) => topic({ name: `T${i}` })) }), /topics 31 .* at most 30/],
  ['topic name of 100', () => topic({ name: x(100) }), () => topic({ name: x(101) }), /name 'x+\.*' .* Allowed: 1 to 100/],
  ['topic name not empty', () => topic({ name: 'a' }), () => topic({ name: '' }), /name ''/],
  ['topic name characters', () => topic({ name: 'Is it? Yes! 1_2-3.' }), () => topic({ name: 'a/b' }), /name 'a\/b'/],
  ['topic definition of 200, CLASSIC', () => guardrail({ ...classic, topics: [topic({ definition: x(200) })] }), () => guardrail({ ...classic, topics: [topic({ definition: x(201) })] }), /CLASSIC tier: definition .* 1 to 200/],
  ['topic definition of 1000, STANDARD', () => guardrail({ topics: [topic({ definition: x(1000) })] }), () => guardrail({ topics: [topic({ definition: x(1001) })] }), /definition .* 1 to 1000/],
  ['topic definition not empty', () => topic({ definition: 'd' }), () => topic({ definition: '' }), /definition ''/],
  ['5 topic examples', () => topic({ examples: many(5, String) }), () => topic({ examples: many(6, String) }), /examples 6 .* at most 5/],
  ['topic example of 100', () => topic({ examples: [x(100)] }), () => topic({ examples: [x(101)] }), /examples .* 1 to 100/],
  ['10000 words', () => guardrail({ wordFilters: [GuardrailWordFilter.words(many(10_000, String))] }), () => guardrail({ wordFilters: [GuardrailWordFilter.words(many(10_000, String)), GuardrailWordFilter.words(['one more'])] }), /wordFilters 10001 .* at most 10000/],
  ['word of 100', () => GuardrailWordFilter.words([x(100)]), () => GuardrailWordFilter.words([x(101)]), /words .* 1 to 100/],
  ['word not empty', () => GuardrailWordFilter.words(['w']), () => GuardrailWordFilter.words(['']), /words ''/],
  ['at least one word', () => GuardrailWordFilter.words(['w']), () => GuardrailWordFilter.words([]), /at least one word/],
  ['10 regular expressions', () => guardrail({ sensitiveInformation: regexes(10) }), () => guardrail({ sensitiveInformation: regexes(11) }), /regular expressions 11 .* at most 10/],
  ['regex name of 100', () => regex({ name: x(100) }), () => regex({ name: x(101) }), /name .* 1 to 100/],
  ['regex description of 1000', () => regex({ description: x(1000) }), () => regex({ description: x(1001) }), /description .* 1 to 1000/],
  ['regex pattern of 500', () => regex({ pattern: x(500) }), () => regex({ pattern: x(501) }), /pattern .* 1 to 500/],
  ['regex pattern not empty', () => regex({ pattern: 'p' }), () => regex({ pattern: '' }), /pattern ''/],
  ['regex compiles', () => regex({ pattern: '(a|b){2,3}' }), () => regex({ pattern: '(a|b' }), /pattern '\(a\|b' .* Unterminated group/],
  ['regex may begin with flags', () => regex({ pattern: '(?i)abc' }), () => regex({ pattern: '(?i)(abc' }), /Unterminated group/],
  ['no lookahead', () => regex({ pattern: '(?:a)' }), () => regex({ pattern: 'a(?=b)' }), /without lookahead and lookbehind/],
  ['no negative lookahead', () => regex({ pattern: '[(?!]' }), () => regex({ pattern: 'a(?!b)' }), /without lookahead/],
  ['no lookbehind', () => regex({ pattern: '\\(?<=' }), () => regex({ pattern: '(?<=a)b' }), /lookbehind/],
  ['no negative lookbehind', () => regex({ pattern: 'a\\(?<!' }), () => regex({ pattern: '(?<!a)b' }), /lookbehind/],
  ['entity type', () => GuardrailEntity.of('NEW_TYPE_2'), () => GuardrailEntity.of('email'), /entityType 'email'/],
  ['threshold from 0', () => GuardrailGrounding.grounded(0), () => GuardrailGrounding.grounded(-0.01), /threshold -0.01 .* 0 to 0.99/],
  ['threshold to 0.99', () => GuardrailGrounding.relevant(0.99), () => GuardrailGrounding.relevant(1), /threshold 1 .* 0 to 0.99/],
  ['threshold a number', () => GuardrailGrounding.relevant(0.5), () => GuardrailGrounding.relevant(NaN), /threshold/],
  ['grounding cannot mask', () => GuardrailGrounding.grounded(0.7, GuardrailAction.DETECT), () => GuardrailGrounding.grounded(0.7, MASK), /action 'mask' .* block, detect/],
  ['grounding cannot be off', () => GuardrailGrounding.grounded(0.7, BLOCK), () => GuardrailGrounding.grounded(0.7, OFF), /action 'off'/],
  ['one filter per category', () => guardrail({ contentFilters: [GuardrailContentFilter.hate(LOW)] }), () => guardrail({ contentFilters: [GuardrailContentFilter.hate(LOW), GuardrailContentFilter.hate(LOW)] }), /contentFilters 'HATE' .* once/],
  ['a filter acts somewhere', () => GuardrailContentFilter.hate(NONE, LOW), () => GuardrailContentFilter.hate(NONE), /strength 'NONE'/],
  ['a prompt attack filter acts', () => GuardrailContentFilter.promptAttack(LOW), () => GuardrailContentFilter.promptAttack(NONE), /strength 'NONE'/],
  ['one topic per name', () => guardrail({ topics: [topic({ name: 'A' }), topic({ name: 'B' })] }), () => guardrail({ topics: [topic({}), topic({})] }), /topics 'T'/],
  ['one action per entity', () => guardrail({ sensitiveInformation: [GuardrailSensitiveInformation.mask(GuardrailEntity.PIN)] }), () => guardrail({ sensitiveInformation: [GuardrailSensitiveInformation.mask(GuardrailEntity.PIN), GuardrailSensitiveInformation.block(GuardrailEntity.PIN)] }), /sensitiveInformation 'PIN'/],
  ['one regex per name', () => guardrail({ sensitiveInformation: regexes(2) }), () => guardrail({ sensitiveInformation: [...regexes(1), ...regexes(1)] }), /sensitiveInformation 'R0'/],
  ['profanity once', () => guardrail({ wordFilters: [GuardrailWordFilter.profanity()] }), () => guardrail({ wordFilters: [GuardrailWordFilter.profanity(), GuardrailWordFilter.profanity()] }), /wordFilters 'PROFANITY'/],
  ['one check per kind', () => guardrail({ grounding: [GuardrailGrounding.grounded(0.5), GuardrailGrounding.relevant(0.5)] }), () => guardrail({ grounding: [GuardrailGrounding.grounded(0.5), GuardrailGrounding.grounded(0.6)] }), /grounding 'GROUNDING'/],
  ['words cannot mask', () => GuardrailWordFilter.words(['w'], { input: OFF }), () => GuardrailWordFilter.words(['w'], { input: MASK }), /input 'mask' .* block, detect, off/],
  ['profanity cannot mask', () => GuardrailWordFilter.profanity({ output: OFF }), () => GuardrailWordFilter.profanity({ output: MASK }), /output 'mask'/],
  ['topics cannot mask', () => topic({ input: OFF }), () => topic({ output: MASK }), /output 'mask'/],
  ['off in one direction', () => GuardrailSensitiveInformation.perDirection(GuardrailEntity.AGE, { input: OFF }), () => GuardrailSensitiveInformation.perDirection(GuardrailEntity.AGE, { input: OFF, output: OFF }), /at least one direction/],
  ['profile id', () => GuardrailProfile.of('us.guardrail.v1:0', ['us-east-1']), () => GuardrailProfile.of('us.guardrail', ['us-east-1']), /profileId 'us.guardrail'/],
  ['profile destinations', () => GuardrailProfile.of('us.guardrail.v1:0', ['us-east-1']), () => GuardrailProfile.of('us.guardrail.v1:0', []), /at least one Region/],
  ['Region with a profile', () => guardrail({}, 'eu-west-2'), () => guardrail({}, 'af-south-1'), /Region of the guardrail 'af-south-1' .* GuardrailProfile.of/],
  ['CLASSIC has no profile', () => guardrail(classic, 'af-south-1'), () => guardrail({ ...classic, profile: GuardrailProfile.forRegion('us-east-1') }), /profile 'us.guardrail.v1:0' .* CLASSIC/],
  ['standard masks or blocks secrets', () => AgentGuardrail.standard(new Stack(new App(), 'S', { env }), 'G', { secrets: BLOCK }), () => AgentGuardrail.standard(new Stack(new App(), 'S', { env }), 'G', { secrets: GuardrailAction.DETECT }), /S\/G: secrets 'detect' .* mask, block/],
  ['imported version is a number', () => imported('99999999'), () => imported('DRAFT'), /guardrailVersion 'DRAFT' .* create-guardrail-version/],
  ['imported version from 1', () => imported('1'), () => imported('0'), /guardrailVersion '0'/],
  ['imported version of 8 digits', () => imported('12345678'), () => imported('123456789'), /guardrailVersion '123456789'/],
  ['imported ARN', () => imported('1'), () => imported('1', 'arn:aws:bedrock:us-east-1:111122223333:guardrail/abc:1'), /guardrailArn .* without version/],
  ['enforcement names models', () => guardrail({}).enforceInAccount({ excludedModels: ['m'] }), () => guardrail({}).enforceInAccount({ excludedModels: [] }), /excludedModels \[\]/],
  ['enforcement includes models', () => guardrail({}).enforceInAccount({ includedModels: ['m'] }), () => guardrail({}).enforceInAccount({ includedModels: [] }), /includedModels \[\]/],
];

describe.each(ROWS)('%s', (_, allowed, refused, message) => {
  test('is accepted at its edge', () => {
    expect(allowed).not.toThrow();
  });

  test('is refused beyond it, with the value, what is allowed and a fix', () => {
    expect(refused).toThrow(message);
    expect(refused).toThrow(/ not accepted\. Allowed: .+\. Fix: .+\.$/);
  });
});

test('a key of another Region is refused', () => {
  const app = new App();
  const encryptionKey = new AgentKey(new Stack(app, 'Keys', { env: { ...env, region: 'us-west-2' } }), 'Key');
  const stack = new Stack(app, 'S', { env });
  expect(() => AgentGuardrail.standard(stack, 'G', { encryptionKey })).toThrow(
    /encryptionKey .* a key in 111122223333\/us-east-1/,
  );
});

test('what is known only at deployment passes every check', () => {
  const later = Fn.importValue('Later');
  const list = Token.asList({ 'Fn::Split': [',', later] });
  expect(() => {
    guardrail({
      guardrailName: later,
      description: later,
      blockedInputMessage: later,
      blockedOutputMessage: later,
      topics: [GuardrailTopic.deny({ name: later, definition: later, examples: list })],
      wordFilters: [GuardrailWordFilter.words([later])],
      sensitiveInformation: [
        GuardrailSensitiveInformation.mask(
          GuardrailEntity.regex({ name: later, pattern: Fn.importValue('Pattern'), description: later }),
        ),
      ],
      grounding: [GuardrailGrounding.grounded(Token.asNumber({ Ref: 'Threshold' }))],
      profile: GuardrailProfile.of(later, list),
    });
    imported(later, 'arn' + Token.asString({ Ref: 'Id' }));
  }).not.toThrow();
});

describe('what can be judged only at synthesis', () => {
  test('a guardrail that filters nothing is refused', () => {
    const app = new App();
    new AgentGuardrail(new Stack(app, 'S', { env }), 'G', {});
    expect(() => app.synth()).toThrow(/S\/G.* filters nothing\. Allowed: at least one/);
  });

  test('a guardrail that gets its filters later is accepted', () => {
    const app = new App();
    const later = new AgentGuardrail(new Stack(app, 'S', { env }), 'G', {});
    later.addGrounding(GuardrailGrounding.grounded(0.5));
    expect(() => app.synth()).not.toThrow();
  });

  test.each([
    [200, true],
    [201, false],
  ])('%i tags: %s', (count, accepted) => {
    const app = new App();
    const tagged = AgentGuardrail.standard(new Stack(app, 'S', { env }), 'G');
    many(count, (i) => Tags.of(tagged).add(`tag${i}`, 'v', { includeResourceTypes: ['AWS::Bedrock::Guardrail'] }));
    const synth = () => app.synth();
    if (accepted) {
      expect(synth).not.toThrow();
    } else {
      expect(synth).toThrow(/tags 201 are not accepted\. Allowed: 200/);
    }
  });
});
