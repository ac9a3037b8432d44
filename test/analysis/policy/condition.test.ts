/** Whether a condition can be met (`holds`) and whether nobody can avoid to meet it (`always`). */
import type { Hole, Text } from '../../../analysis/model/text';
import { conditionsHold, contextOf, isEverything, type RequestContext } from '../../../analysis/policy/condition';
import { verdictOf } from '../../../analysis/policy/truth';
import { statementsOf } from './plain-policy';

const TEMPLATE = { Parameters: { Any: { Type: 'String' } } };
const NOTHING: RequestContext = new Map();
const TAG = 'aws:RequestTag/x';

function outcome(Condition: object, context: RequestContext, mode: 'given' | 'any') {
  const [{ conditions }] = statementsOf(
    { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', Condition }] },
    TEMPLATE,
  );
  const { holds, holdsAlways, problem } = conditionsHold(conditions, context, mode);
  return [verdictOf(holds), verdictOf(holdsAlways), ...(problem === undefined ? [] : [problem])];
}

describe('where the caller chooses the keys of the request', () => {
  test.each<[object, RequestContext, string, string]>([
    [{ StringEquals: { [TAG]: 'a' } }, NOTHING, 'yes', 'no'],
    [{ StringEquals: { [TAG]: [] } }, NOTHING, 'no', 'no'],
    [{ StringNotEquals: { [TAG]: [] } }, NOTHING, 'yes', 'no'],
    [{ StringNotEquals: { [TAG]: 'a' } }, NOTHING, 'yes', 'no'],
    [{ StringEquals: { [TAG]: 'a' } }, contextOf({ [TAG]: 'a' }), 'yes', 'yes'],
    [{ StringEquals: { [TAG]: 'a' } }, contextOf({ [TAG]: 'b' }), 'no', 'no'],
    [{ StringEquals: { [TAG]: ['a', 'b'] } }, contextOf({ [TAG]: 'b' }), 'yes', 'yes'],
    [{ StringNotEquals: { [TAG]: ['a', 'b'] } }, contextOf({ [TAG]: 'b' }), 'no', 'no'],
    [{ StringEquals: { [TAG]: { Ref: 'Any' } } }, contextOf({ [TAG]: 'a' }), 'maybe', 'maybe'],
    [{ StringEquals: 'x' }, NOTHING, 'maybe', 'maybe'],
    [{ StringEquals: { [TAG]: 'a' }, Bool: { 'aws:SecureTransport': 'true' } }, contextOf({ [TAG]: 'a' }), 'yes', 'no'],
    // Only what passes without the key, or on a key that every request has, can't be avoided.
    [{ StringLike: { [TAG]: '*' } }, NOTHING, 'yes', 'no'],
    [{ StringLikeIfExists: { [TAG]: '*' } }, NOTHING, 'yes', 'yes'],
    [{ StringLikeIfExists: { [TAG]: ['a', '**'] } }, NOTHING, 'yes', 'yes'],
    [{ StringLikeIfExists: { [TAG]: 'a*' } }, NOTHING, 'yes', 'no'],
    [{ StringEqualsIfExists: { [TAG]: '*' } }, NOTHING, 'yes', 'no'],
    [{ StringNotLikeIfExists: { [TAG]: '*' } }, NOTHING, 'yes', 'no'],
    [{ 'ForAllValues:StringLike': { 'aws:TagKeys': '*' } }, NOTHING, 'yes', 'yes'],
    [{ 'ForAnyValue:StringLike': { 'aws:TagKeys': '*' } }, NOTHING, 'yes', 'no'],
    [{ StringLike: { 'aws:UserAgent': '*' } }, NOTHING, 'yes', 'yes'],
    [{ StringLike: { 'aws:CurrentTime': '*', 'aws:EpochTime': '*' } }, NOTHING, 'yes', 'yes'],
    [{ StringLike: { 'aws:UserAgent': 'ar*' } }, NOTHING, 'yes', 'no'],
    [{ StringLike: { 'aws:PrincipalArn': 'arn:*' } }, NOTHING, 'yes', 'yes'],
    [{ 'ForAnyValue:StringLike': { 'aws:UserAgent': '*' } }, NOTHING, 'yes', 'no'],
    [{ ArnLike: { 'aws:PrincipalArn': 'arn:*' } }, NOTHING, 'yes', 'yes'],
    [{ ArnEqualsIfExists: { 'aws:SourceArn': 'arn:*:*:*:*:*' } }, NOTHING, 'yes', 'yes'],
    [{ ArnLikeIfExists: { 'aws:SourceArn': 'arn:aws:*' } }, NOTHING, 'yes', 'no'],
    // Whether a key is there.
    [{ Null: { [TAG]: 'true' } }, NOTHING, 'yes', 'no'],
    [{ Null: { [TAG]: 'false' } }, NOTHING, 'yes', 'no'],
    [{ Null: { 'aws:PrincipalArn': 'true' } }, NOTHING, 'no', 'no'],
    [{ Null: { 'aws:PrincipalArn': 'FALSE' } }, NOTHING, 'yes', 'yes'],
    [{ Null: { [TAG]: 'true' } }, contextOf({ [TAG]: 'a' }), 'no', 'no'],
    [{ Null: { [TAG]: 'false' } }, contextOf({ [TAG]: 'a' }), 'yes', 'yes'],
    [{ Null: { [TAG]: 'true' } }, contextOf({}, { [TAG]: [] }), 'yes', 'yes'],
    [{ Null: { [TAG]: 'neither' } }, contextOf({ [TAG]: 'a' }), 'no', 'no'],
    [{ Null: { [TAG]: { Ref: 'Any' } } }, contextOf({ [TAG]: 'a' }), 'maybe', 'maybe'],
    [{ Null: { [TAG]: { 'Fn::Sub': 'false${Any}' } } }, contextOf({ [TAG]: 'a' }), 'maybe', 'maybe'],
    // Keys of which the request is known to have no value.
    [{ StringEquals: { [TAG]: 'a' } }, contextOf({}, { [TAG]: [] }), 'no', 'no'],
    [{ StringEqualsIfExists: { [TAG]: 'a' } }, contextOf({}, { [TAG]: [] }), 'yes', 'yes'],
    [{ StringNotEquals: { [TAG]: 'a' } }, contextOf({}, { [TAG]: [] }), 'yes', 'yes'],
    [{ 'ForAllValues:StringEquals': { [TAG]: 'a' } }, contextOf({}, { [TAG]: [] }), 'yes', 'yes'],
    [{ 'ForAnyValue:StringEquals': { [TAG]: 'a' } }, contextOf({}, { [TAG]: [] }), 'no', 'no'],
    [{ 'ForAnyValue:StringEqualsIfExists': { [TAG]: 'a' } }, contextOf({}, { [TAG]: [] }), 'maybe', 'maybe'],
    // Keys with several values.
    [{ StringEquals: { [TAG]: 'a' } }, contextOf({}, { [TAG]: ['a'] }), 'no', 'no'],
    [{ 'ForAnyValue:StringEquals': { [TAG]: 'a' } }, contextOf({}, { [TAG]: ['a', 'b'] }), 'yes', 'yes'],
    [{ 'ForAllValues:StringEquals': { [TAG]: 'a' } }, contextOf({}, { [TAG]: ['a', 'b'] }), 'no', 'no'],
    [{ 'ForAllValues:StringEquals': { [TAG]: ['b', 'a'] } }, contextOf({}, { [TAG]: ['a', 'b'] }), 'yes', 'yes'],
    // A variable of the request.
    [{ StringEquals: { [TAG]: '${aws:username}' } }, contextOf({ [TAG]: 'a' }), 'maybe', 'maybe'],
    [{ StringEquals: { [TAG]: '${AWS:UserName}' } }, contextOf({ [TAG]: 'a', 'aws:username': 'a' }), 'yes', 'yes'],
    [{ StringLike: { [TAG]: '${aws:username}' } }, contextOf({ [TAG]: 'ab', 'aws:username': 'a*' }), 'no', 'no'],
    [
      { StringLike: { [TAG]: 'x-${ aws:username }-*' } },
      contextOf({ [TAG]: 'x-a-b', 'aws:username': 'a' }),
      'yes',
      'yes',
    ],
    [{ StringEquals: { [TAG]: "${aws:username, 'a'}" } }, contextOf({ [TAG]: 'a' }), 'maybe', 'maybe'],
    [{ StringEquals: { [TAG]: 'a*' } }, contextOf({ [TAG]: 'ab' }), 'no', 'no'],
    [{ StringEquals: { [TAG]: 'a*' } }, contextOf({ [TAG]: 'a*' }), 'yes', 'yes'],
  ])('%j', (condition, context, holds, always) => {
    expect(outcome(condition, context, 'any')).toEqual([holds, always]);
  });

  test('an unknown operator may hold, and is named', () => {
    const known = { StringEquals: { [TAG]: 'a' } };
    for (const condition of [{ StringSounds: { [TAG]: 'a' } }, { ...known, StringSounds: { [TAG]: 'a' } }]) {
      expect(outcome(condition, contextOf({ [TAG]: 'a' }), 'any')).toEqual(['maybe', 'maybe', 'StringSounds']);
    }
  });
});

describe('where the request is given', () => {
  test.each<[object, RequestContext, string]>([
    [{ StringEquals: { [TAG]: 'a' } }, NOTHING, 'no'],
    [{ StringEqualsIfExists: { [TAG]: 'a' } }, NOTHING, 'yes'],
    [{ StringNotEquals: { [TAG]: 'a' } }, NOTHING, 'yes'],
    [{ 'ForAnyValue:StringEqualsIfExists': { [TAG]: 'a' } }, NOTHING, 'no'],
    [{ Null: { [TAG]: 'true' } }, NOTHING, 'yes'],
    [{ Null: { 'aws:PrincipalArn': 'true' } }, NOTHING, 'yes'],
    [{ StringEquals: { [TAG]: '${aws:username}' } }, contextOf({ [TAG]: 'a' }), 'no'],
    [{ StringNotEquals: { [TAG]: '${aws:username}' } }, contextOf({ [TAG]: 'a' }), 'no'],
    [{ StringNotEquals: { [TAG]: ['b', '${aws:username}'] } }, contextOf({ [TAG]: 'a' }), 'no'],
    [{ StringEquals: { [TAG]: ['${aws:username}', 'a'] } }, contextOf({ [TAG]: 'a' }), 'yes'],
    [{ StringEquals: { [TAG]: "${aws:username,'a'}" } }, contextOf({ [TAG]: 'a' }), 'yes'],
    [{ StringLike: { [TAG]: "${aws:username, '*'}" } }, contextOf({ [TAG]: 'a' }), 'no'],
    [
      { StringEquals: { [TAG]: "${aws:username, 'a'}" } },
      contextOf({ [TAG]: 'a' }, { 'aws:username': ['b', 'c'] }),
      'yes',
    ],
    [{ StringEquals: { [TAG]: '${aws:username}' } }, contextOf({ [TAG]: 'b' }, { 'aws:username': ['b'] }), 'no'],
  ])('%j', (condition, context, holds) => {
    expect(outcome(condition, context, 'given')).toEqual([holds, holds]);
  });
});

const parameter: Hole = { kind: 'parameter', key: 'App#Any', excludes: '' };
test.each<[Text, boolean]>([
  [['*'], true],
  [['**'], true],
  [['a*'], true],
  [['arn:*'], true],
  [['arn:*:*:*:*:*'], true],
  [['?*'], true],
  [['arn:aws:*'], false],
  [['b*'], false],
  [['*x'], false],
  [[], false],
  [[parameter], false],
  [['*', parameter], false],
  [['${*}'], false],
])('%j is everything: %p', (pattern, everything) => {
  expect(isEverything(pattern)).toBe(everything);
});
