import { hasWildcard, literal, overlap, subset, type Verdict } from '../../../analysis/policy/pattern';
import type { Hole, Text } from '../../../analysis/model/text';

const parameter = (key: string, excludes = ''): Hole => ({ kind: 'parameter', key, excludes });
const name = (resource: string, begins?: string): Hole => ({
  kind: 'reference',
  key: `${resource}.@name`,
  resource,
  attribute: '@name',
  excludes: ':/',
  ...(begins === undefined ? {} : { begins }),
});

const H = parameter('h');
const K = parameter('k', 'b');
const QUEUE = name('App#Queue', 'App-');
const OTHER = name('App#Other', 'App-');

describe('subset', () => {
  test.each<[Text, Text, Verdict]>([
    [['a*'], ['*'], 'yes'],
    [['*'], ['a*'], 'no'],
    [['?*'], ['*?'], 'yes'],
    [['*a'], ['?*'], 'yes'],
    [['arn:aws:iamx'], ['arn:aws:iam*'], 'yes'],
    [['*a*b'], ['*b'], 'yes'],
    [['arn:aws:sqs:r:1:', QUEUE], ['arn:aws:sqs:r:1:*'], 'yes'],
    [['arn:aws:sqs:r:1:', QUEUE], ['arn:aws:sqs:r:1:', OTHER], 'no'],
    [['arn:aws:sqs:r:1:*'], ['arn:aws:sqs:r:1:', QUEUE], 'no'],
    [['arn:aws:sqs:r:1:', QUEUE], ['arn:aws:sqs:r:1:App-*'], 'yes'],
    [['arn:aws:sqs:r:1:', QUEUE], ['arn:aws:sqs:r:1:App-Q*'], 'maybe'],
    [['arn:aws:sqs:r:1:', QUEUE], ['arn:aws:sqs:r:1:Jobs*'], 'no'],
    [[H, '/logs/*'], [H, '/*'], 'yes'],
    [[H], [K], 'maybe'],
    [[H, 'x'], [H], 'no'],
    [['${aws:username}/x'], ['${aws:username}/*'], 'yes'],
    [['${*}'], ['*'], 'yes'],
    [['*'], ['${*}'], 'no'],
  ])('%j in %j: %s', (a, b, verdict) => {
    expect(subset(a, b)).toBe(verdict);
  });

  test('a pattern whose automaton would be too large is answered with maybe', () => {
    expect(subset(['*a*'], [`*a${'?'.repeat(60)}`])).not.toBe('yes');
    expect(subset([`*a${'?'.repeat(40)}*b`], [`*a${'?'.repeat(39)}*b`])).not.toBe('no');
  });
});

describe('overlap', () => {
  test.each<[Text, Text, Verdict]>([
    [['a*'], ['*b'], 'yes'],
    [['a*'], ['b*'], 'no'],
    [['?'], ['??'], 'no'],
    [['role/', QUEUE], ['role/', OTHER], 'no'],
    [['role/', QUEUE], ['role/App-Queue-1234'], 'maybe'],
    [['role/', QUEUE], ['role/admin'], 'no'],
    [['role/', QUEUE, '/x'], ['role/', OTHER, '/*'], 'no'],
    [[K], ['b'], 'no'],
    [[K], ['c'], 'maybe'],
    [[H, 'x'], [H, 'y'], 'no'],
  ])('%j and %j: %s', (a, b, verdict) => {
    expect(overlap(a, b)).toBe(verdict);
    expect(overlap(b, a)).toBe(verdict);
  });
});

describe('names of two resources', () => {
  const DB = name('App#Db', 'Db-');
  const SAME: Hole = { ...QUEUE, key: 'App#Queue.Other' };
  test.each<[Text, Text, Verdict, Verdict]>([
    [['q/', QUEUE], ['q/', QUEUE], 'yes', 'yes'],
    [['q/', QUEUE], ['q/', OTHER], 'no', 'no'],
    [['q/', QUEUE], ['q/', DB], 'no', 'no'],
    [['q/', QUEUE, '/a'], ['q/', QUEUE, '/*'], 'yes', 'yes'],
    [['q/', QUEUE, '/*'], ['q/', QUEUE, '/a'], 'no', 'yes'],
    [['q/', QUEUE, '/a'], ['q/', OTHER, '/a'], 'no', 'no'],
    [['q/', QUEUE], ['q/', OTHER, '/a'], 'no', 'no'],
    [['q/', QUEUE, 'x'], ['q/', OTHER, 'x'], 'no', 'no'],
    // What follows may be part of the name.
    [['q/', QUEUE], ['q/', OTHER, 'x'], 'maybe', 'maybe'],
    [['q/', QUEUE, '*'], ['q/', OTHER], 'no', 'maybe'],
    [['q/', QUEUE, H], ['q/', OTHER], 'maybe', 'maybe'],
    // The beginning may be any.
    [['*', QUEUE], ['*', OTHER], 'maybe', 'maybe'],
    [['?', QUEUE], ['?', OTHER], 'maybe', 'maybe'],
    // Two attributes of one resource, and values of parameters, may be equal.
    [['q/', QUEUE], ['q/', SAME], 'maybe', 'maybe'],
    [['q/', QUEUE], ['q/', K], 'maybe', 'maybe'],
    [['q/', H], ['q/', K], 'maybe', 'maybe'],
    [['q/', H], ['q/', H], 'yes', 'yes'],
    [['q/', H], ['r/', H], 'no', 'no'],
    [['q/', H, '/'], ['q/', H], 'no', 'no'],
  ])('%j and %j: subset %s, overlap %s', (a, b, within, common) => {
    expect(subset(a, b)).toBe(within);
    expect(overlap(a, b)).toBe(common);
    expect(overlap(b, a)).toBe(common);
  });
});

describe('ARN by segment', () => {
  const segments = { segments: true };

  test('a wildcard stays in its segment', () => {
    const key: Text = ['arn:aws:kms:eu-west-1:111122223333:key/1'];
    expect(subset(key, ['arn:aws:*:key/1'], segments)).toBe('no');
    expect(subset(key, ['arn:aws:*:key/1'])).toBe('yes');
    expect(subset(key, ['arn:aws:kms:*:*:key/*'], segments)).toBe('yes');
    expect(subset(key, ['*'], segments)).toBe('yes');
    expect(subset(key, ['arn:aws:kms:*'], segments)).toBe('yes');
  });

  test('a wildcard behind the fifth colon crosses colons', () => {
    expect(subset(['arn:aws:logs:r:1:log-group:a:log-stream:b'], ['arn:aws:logs:r:1:log-group:*'], segments)).toBe(
      'yes',
    );
  });

  test('a reference that is a whole ARN has all segments of the ARN', () => {
    expect(subset([H, '/a:b'], [H, '/*'], segments)).toBe('yes');
  });
});

test.each<[string, string, Verdict]>([
  ['arn:aws:kms:r:1:key/1', '**', 'yes'],
  ['**', '*', 'yes'],
  ['arn:aws:kms:r:1:key/1', 'arn:*', 'yes'],
  ['arn:aws:kms:r:1:key/1', 'arn:aws:*', 'yes'],
  ['arn:aws:kms:r:1:key/1', 'arn:aws:kms:r*', 'yes'],
  ['arn:aws:logs:r:1:log-group:a:b', 'arn:aws:logs:*', 'yes'],
  ['arn:aws:kms:r:1:key/1', 'arn:aws:sqs:*', 'no'],
  ['arn:aws:kms:r:1:key/1', 'arn:aws:kms:r', 'no'],
  ['*', '', 'no'],
  ['arn:aws:kms:r:1:key/1', 'ar*', 'no'],
  ['xrn:aws:kms:r:1:key/1', 'xrn:*', 'no'],
  ['arn:aws:*', 'arn:aws:s*', 'no'],
  ['arn:aws:s3:*', 'arn:aws:s*', 'yes'],
])('by segment, %s in %s: %s', (a, b, verdict) => {
  expect(subset([a], [b], { segments: true })).toBe(verdict);
});

test.each<[string, string, Verdict]>([
  ['\u{1f600}', '?', 'yes'],
  ['\u{1f600}', '??', 'no'],
  ['a\u{1f600}b', 'a?b', 'yes'],
  ['\ud800\udc00', '?', 'yes'],
  ['\udbff\udfff', '?', 'yes'],
  ['\ud83d', '?', 'yes'],
  ['\ud83dx', '??', 'yes'],
  ['\ud83d\ud83d', '??', 'yes'],
  ['\ud83d\ue000', '??', 'yes'],
  ['\udbff\udbff', '??', 'yes'],
  ['\udc00\udc00', '??', 'yes'],
  ['\ud7ff\udc00', '??', 'yes'],
  ['\ue000\udc00', '??', 'yes'],
])('? is one character, of two code units too: %j in %s: %s', (a, b, verdict) => {
  expect(subset([a], [b])).toBe(verdict);
});

test('actions are compared without regard to case', () => {
  expect(subset(['S3:getobject'], ['s3:Get*'], { ignoreCase: true })).toBe('yes');
  expect(subset(['S3:getobject'], ['s3:Get*'])).toBe('no');
});

test('a literal text has no wildcards', () => {
  expect(hasWildcard(['a*b?'])).toBe(true);
  expect(hasWildcard(literal(['a*b?']))).toBe(false);
  expect(subset(['axb?'], literal(['a*b?']))).toBe('no');
  expect(subset(literal(['a*b?']), literal(['a*b?']))).toBe('yes');
});

/*
 * Every answer against all words of up to seven letters and a few values of the holes. A word of a pattern of four parts
 * that another doesn't match is never longer than that.
 */
test('20,000 random pairs agree with an exhaustive comparison', () => {
  const words = [''];
  for (let i = 0; i < words.length && words[i].length < 7; i++) {
    words.push(...['a', 'b', 'c'].map((letter) => words[i] + letter));
  }
  const values = ['', 'a', 'b', 'c'];
  const worlds = values.flatMap((h) => values.filter((k) => !k.includes('b')).map((k) => ({ h, k })));
  const matched = new Map<string, Uint32Array>();
  const matches = (text: Text, world: { h: string; k: string }): Uint32Array => {
    const pattern = text.map((part) => (typeof part === 'string' ? part : world[part.key as 'h' | 'k'])).join('');
    let set = matched.get(pattern);
    if (!set) {
      const expression = new RegExp(`^${pattern.replace(/\*/g, '.*').replace(/\?/g, '.')}$`);
      set = new Uint32Array(Math.ceil(words.length / 32));
      words.forEach((word, i) => {
        if (expression.test(word)) {
          set![i >> 5] |= 1 << (i & 31);
        }
      });
      matched.set(pattern, set);
    }
    return set;
  };
  let seed = 20261127;
  const random = (limit: number): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * limit);
  };
  const parts: (string | Hole)[] = ['a', 'b', 'a', 'b', '*', '?', '*', H, K];
  const text = (): Text => Array.from({ length: random(5) }, () => parts[random(random(2) ? parts.length : 7)]);
  const wrong: string[] = [];
  let decided = 0;
  for (let i = 0; i < 20_000; i++) {
    const [a, b] = [text(), text()];
    const holes = [...a, ...b].some((part) => typeof part !== 'string');
    const seen = (holes ? worlds : worlds.slice(0, 1)).map((world) => {
      const [inA, inB] = [matches(a, world), matches(b, world)];
      return {
        subset: inA.every((bits, at) => (bits & ~inB[at]) === 0),
        overlap: inA.some((bits, at) => bits & inB[at]),
      };
    });
    for (const [question, verdict] of [
      ['subset', subset(a, b)],
      ['overlap', overlap(a, b)],
    ] as const) {
      decided += verdict === 'maybe' ? 0 : 1;
      const agrees =
        verdict === 'maybe' ? holes : seen.every((world) => Boolean(world[question]) === (verdict === 'yes'));
      if (!agrees) {
        wrong.push(`${question} ${JSON.stringify([a, b])}: ${verdict}`);
      }
    }
  }
  expect(wrong).toEqual([]);
  // Most have holes, and still have an answer.
  expect(decided).toBeGreaterThan(30_000);
});
