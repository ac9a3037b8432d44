import { usesOf } from '../../../analysis/policy/actions';
import { statementsOf } from './plain-policy';

const uses = (Action: string | string[], Resource: string, rest: object = {}) =>
  usesOf(statementsOf({ Statement: [{ Effect: 'Allow', Action, Resource, ...rest }] })[0]);
const TABLE = 'arn:aws:dynamodb:us-east-1:111122223333:table/t';

test('a pattern is every action that it matches', () => {
  const actions = uses('dynamodb:*Item', TABLE).map(({ action }) => action);
  expect(actions).toEqual(expect.arrayContaining(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem']));
  expect(actions).not.toContain('dynamodb:Query');
});

test('an action of a pattern that cannot work on the resource is left out, one that is written out stays', () => {
  expect(uses('s3:List*', 'arn:aws:s3:::bucket/*').map(({ action }) => action)).not.toContain('s3:ListBucket');
  expect(uses('s3:ListBucket', 'arn:aws:s3:::bucket/*')).toHaveLength(1);
});

test('a service or an action that nobody knows is there, as unknown', () => {
  expect(uses(['nosuch:Thing', 'sqs:NoSuchAction'], '*').map((use) => [use.action, use.class])).toEqual([
    ['nosuch:Thing', 'unknown'],
    ['sqs:NoSuchAction', 'unknown'],
  ]);
});

test('everything but some actions is all the others', () => {
  const [statement] = statementsOf({ Statement: [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }] });
  const actions = new Set(usesOf(statement).map(({ action }) => action));
  expect(actions.has('iam:PassRole')).toBe(false);
  expect(actions.has('sts:AssumeRole')).toBe(true);
});
