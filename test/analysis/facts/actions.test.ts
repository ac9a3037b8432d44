import * as fs from 'fs';
import * as path from 'path';
import { actionOf, expand, formsOf, levelOf, service, serviceNames } from '../../../analysis/facts/actions';
import { actionsTable } from '../../../scripts/facts/actions-table';

const names = (pattern: string) => expand(pattern).actions.map(({ action }) => action);

test('the table is what npm run facts makes of the installed data', () => {
  const file = path.join(__dirname, '../../../analysis/facts/actions.txt');
  // A comparison of lines that differ, because a difference of half a megabyte can't be read.
  const written = new Set(fs.readFileSync(file, 'utf8').split('\n'));
  expect(
    actionsTable()
      .split('\n')
      .filter((line) => !written.has(line)),
  ).toEqual([]);
  expect(actionsTable().split('\n')).toHaveLength(fs.readFileSync(file, 'utf8').split('\n').length);
});

test('every action has a level and a name of its own service', () => {
  const all = expand('*').actions;
  expect(all.length).toBeGreaterThan(20_000);
  expect(all.filter(({ action, level }) => !level || actionOf(action)?.action !== action)).toEqual([]);
  expect(new Set(all.map(({ action }) => action)).size).toBe(all.length);
});

test('the level says what an action does', () => {
  expect(levelOf('sqs:SendMessage')).toBe('write');
  expect(levelOf('s3:GetObject')).toBe('read');
  expect(levelOf('s3:ListBucket')).toBe('list');
  expect(levelOf('sqs:TagQueue')).toBe('tagging');
  expect(levelOf('iam:PassRole')).toBe('write');
  expect(levelOf('s3:PutBucketPolicy')).toBe('permissions');
});

test('the forms are ARN patterns, and an action without a resource type has none', () => {
  expect(formsOf('sqs:SendMessage')).toEqual(['arn:*:sqs:*:*:*']);
  expect(formsOf('iam:PassRole')).toEqual(['arn:*:iam::*:role/*']);
  expect(formsOf('ecr:GetAuthorizationToken')).toEqual([]);
  // The data lists two ARNs in one text for this type.
  expect(formsOf('lex:DeleteBotAlias')).toEqual(expect.arrayContaining(['arn:*:lex:*:*:bot-alias/*/*']));
});

test('the session actions of Managed Agents are known, although the service data lacks them', () => {
  expect(levelOf('bedrock-mantle:CreateAgentSession')).toBe('write');
  expect(levelOf('bedrock-mantle:GetAgentSession')).toBe('read');
  expect(formsOf('bedrock-mantle:RegisterEnvironment')).toEqual(['arn:*:bedrock-mantle:*:*:project/*']);
});

test('case does not matter, as in IAM', () => {
  expect(actionOf('S3:getobject')?.action).toBe('s3:GetObject');
  expect(names('DynamoDB:*ITEM')).toEqual(names('dynamodb:*Item'));
});

test('a pattern is every action that it matches', () => {
  expect(names('dynamodb:*Item').sort()).toEqual([
    'dynamodb:BatchGetItem',
    'dynamodb:BatchWriteItem',
    'dynamodb:ConditionCheckItem',
    'dynamodb:DeleteItem',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
  ]);
  expect(names('sqs:SendMessag?')).toEqual(['sqs:SendMessage']);
  expect(names('sqs:*')).toHaveLength(service('sqs')!.actions.size);
  expect(names('s[q]s:*')).toEqual([]);
  expect(names('kms:GenerateDataKey*')).toContain('kms:GenerateDataKeyWithoutPlaintext');
});

test('what the table does not have is visible', () => {
  expect(expand('sqs:SendMessages')).toEqual({ actions: [], unknown: 'action' });
  expect(expand('sqs:Send*Letters')).toEqual({ actions: [], unknown: 'action' });
  expect(expand('quantumqueue:*')).toEqual({ actions: [], unknown: 'service' });
  expect(expand('constructor:toString')).toEqual({ actions: [], unknown: 'service' });
  expect(expand('sqs:constructor')).toEqual({ actions: [], unknown: 'action' });
  expect(service('quantumqueue')).toBeUndefined();
  expect(levelOf('SendMessage')).toBeUndefined();
});

test('a wildcard in the service is read widely: no action is missed', () => {
  expect(names('sq?:sendmessage')).toEqual(['sqs:SendMessage']);
  expect(serviceNames().length).toBeGreaterThan(400);
});
