import { usesOf } from '../../../analysis/policy/actions';
import { statementsOf } from './plain-policy';

const PARAMETERS = { Parameters: { Any: { Type: 'String' } } };
const TABLE = 'arn:aws:dynamodb:us-east-1:111122223333:table/t';
const FUNCTION = 'arn:aws:lambda:us-east-1:111122223333:function:f';
const LAYER = 'arn:aws:lambda:us-east-1:111122223333:layer:l:1';
const OBJECTS = 'arn:aws:s3:::bucket/*';

/** What an allow statement speaks of by its pattern of actions. */
function uses(text: string, resources: object) {
  const [statement] = statementsOf({ Statement: [{ Effect: 'Allow', Action: text, ...resources }] }, PARAMETERS);
  return usesOf(statement, { text, pattern: statement.actions.patterns[0] });
}
/** Each action with its resources. */
const found = (text: string, Resource: unknown) =>
  new Map(
    uses(text, { Resource }).map(({ action, resources }) => [action, resources.patterns.map(({ value }) => value)]),
  );

test('a wildcard is every action that it matches', () => {
  const actions = [...found('dynamodb:*Item', TABLE).keys()];
  expect(actions).toEqual(expect.arrayContaining(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem']));
  expect(actions).not.toContain('dynamodb:Query');
});

test('an action of a wildcard has the resources that it can work on, and is left out without one', () => {
  const actions = found('lambda:Get*', [FUNCTION, LAYER, TABLE]);
  expect(actions.get('lambda:GetFunction')).toEqual([[FUNCTION]]);
  expect(actions.get('lambda:GetLayerVersion')).toEqual([[LAYER]]);
  expect(found('lambda:Ge?LayerVersion', FUNCTION)).toEqual(new Map());
  // On functions, and on other things that have tags.
  expect(found('lambda:ListTag?', [FUNCTION, LAYER]).get('lambda:ListTags')).toEqual([[FUNCTION]]);
});

test('an action without a resource form works on everything only, or on what may be everything', () => {
  const resources = [OBJECTS, '*', { 'Fn::Sub': '*${Any}' }];
  expect(found('s3:ListAllMy*', resources).get('s3:ListAllMyBuckets')).toEqual([['*'], ['*', expect.any(Object)]]);
  expect(found('s3:ListAllMy*', OBJECTS).has('s3:ListAllMyBuckets')).toBe(false);
});

test('everything but a resource is whatever an action works on', () => {
  const [{ action, resources }] = uses('s3:ListAllMyBucket?', { NotResource: OBJECTS });
  expect([action, resources]).toMatchObject([
    's3:ListAllMyBuckets',
    { except: true, patterns: [{ value: [OBJECTS] }] },
  ]);
});

test('an action that is written out stays with every resource, for the reference may lack a form', () => {
  expect(found('lambda:getlayerversion', [FUNCTION, TABLE])).toEqual(
    new Map([['lambda:GetLayerVersion', [[FUNCTION], [TABLE]]]]),
  );
});

test.each(['nosuch:Thing', 'nosuch:*', 'sqs:NoSuchAction', 'sqs:NoSuch*'])(
  '%s, which nobody knows, is unknown',
  (text) => {
    expect(uses(text, { Resource: TABLE })).toMatchObject([
      { action: text, class: 'unknown', resources: { patterns: [{ value: [TABLE] }] } },
    ]);
  },
);

test('each action says when and where the policy has it', () => {
  const [statement] = statementsOf({ Statement: { Effect: 'Allow', Action: ['a:b', 'sqs:Send*'], Resource: '*' } });
  const pattern = statement.actions.patterns[1];
  const [use] = usesOf(statement, { text: 'sqs:Send*', pattern });
  expect(use).toMatchObject({ action: 'sqs:SendMessage', class: 'start' });
  expect([use.guard, use.place, use.statement]).toEqual([pattern.guard, pattern.place, statement]);
  expect(use.place.path).toBe('Properties.PolicyDocument.Statement.Action[1]');
});
