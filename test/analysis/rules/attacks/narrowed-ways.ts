import { arnOf } from '../../model/templates';
import { bucket, bucketPolicy, document, may, of, queue, ref, sub } from './app';
import { execution, type Pair, pair } from './pair';

const put = (keys: unknown) => may('s3:PutObject', sub(`\${Data.Arn}/${String(keys)}`));
const DATA = { BucketName: 'team-data' };
const target = (id: string) => ({
  Id: 'target',
  Arn: arnOf(id),
  DeadLetterConfig: { Arn: arnOf('Dead') },
  RetryPolicy: { MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 60 },
});
const ruleOf = (EventPattern: object, id = 'Queue', rest: object = {}) =>
  of('AWS::Events::Rule', { EventPattern, Targets: [target(id)], ...rest });
const sending = (service: string, ...from: string[]) =>
  of('AWS::SQS::QueueInlinePolicy', {
    Queue: ref('Queue'),
    PolicyDocument: document({
      ...may('sqs:SendMessage', '*', { Condition: { ArnEquals: { 'aws:SourceArn': from.map((id) => arnOf(id)) } } }),
      Principal: { Service: `${service}.amazonaws.com` },
    }),
  });

/** Objects of the bucket that the agent writes start turns, by the rule `Told`. */
const told = (key: unknown, keys: unknown = 'reports/*', more: object = {}) => ({
  add: {
    ...execution(put(keys)).add,
    Data: bucket({ ...DATA, NotificationConfiguration: { EventBridgeConfiguration: {} } }),
    Told: ruleOf({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [ref('Data')] }, object: { key } },
    }),
    Sending: sending('events', 'Told'),
    ...more,
  },
});
const RULE = 'MA-ID7';
const written = (name: string, bad: unknown, good: unknown): Pair =>
  pair(RULE, name, bad, good, (matcher: unknown) => told([matcher]));
const notified = (name: string, bad: unknown, good: unknown): Pair =>
  pair(RULE, name, bad, good, (Rules: unknown) => ({
    add: {
      ...execution(put('reports/*')).add,
      Data: bucket({
        BucketName: 'team-data',
        NotificationConfiguration: {
          QueueConfigurations: [{ Event: 's3:ObjectCreated:*', Queue: arnOf('Queue'), Filter: { S3Key: { Rules } } }],
        },
      }),
      Sending: sending('s3', 'Data'),
    },
  }));

/** Events of the agent on the bus whose rule starts turns. */
const event = (name: string, bad: unknown, good: unknown, change: (value: any) => [object, object?]): Pair =>
  pair(RULE, name, bad, good, (value) => {
    const [Condition, EventPattern = { source: ['my.app'] }] = change(value);
    return {
      add: {
        ...execution(may('events:PutEvents', arnOf('Bus'), { Condition })).add,
        Rule: ruleOf(EventPattern, 'Queue', { EventBusName: ref('Bus') }),
      },
    };
  });

/** A prefix or a condition separates what an agent writes from what starts turns. */
export const NARROWED_WAYS: readonly Pair[] = [
  written('objects that it writes start its turns, by prefix', { prefix: 'reports/' }, { prefix: 'incoming/' }),
  written('objects that it writes start its turns, by a part of the prefix', { prefix: 're' }, { prefix: 'in' }),
  written('objects that it writes start its turns, by suffix', { suffix: '.json' }, 'incoming/now.json'),
  written('objects that it writes start its turns, by wildcard', { wildcard: '*/a' }, { wildcard: 'incoming/*/a' }),
  written('a matcher that is not known', { 'anything-but': { prefix: 'reports/' } }, { prefix: 'incoming/' }),
  pair(RULE, 'it writes where turns start, too', '*', 'reports/*', (keys) => told([{ prefix: 'incoming/' }], keys)),
  pair(RULE, 'a prefix that depends on the deployment', ref('Prefix'), 'incoming/', (prefix) => ({
    ...told([{ prefix }]),
    sections: { Parameters: { Prefix: { Type: 'String' } } },
  })),
  pair(RULE, 'of two rules, the one that starts turns is about its objects', 'incoming/*', 'reports/*', (keys) =>
    told([{ prefix: 'incoming/' }], keys, {
      Noted: ruleOf(
        {
          source: ['aws.s3'],
          detail: { bucket: { name: [ref('Data')] }, object: { key: [{ prefix: 'reports/' }] } },
        },
        'Work',
      ),
      Work: queue({ QueueName: 'noted' }),
    }),
  ),
  notified(
    'a notification about objects that it writes starts turns',
    [{ Name: 'prefix', Value: 'reports/' }],
    [{ Name: 'prefix', Value: 'incoming/' }],
  ),
  notified('a notification by suffix', [{ Name: 'suffix', Value: '.json' }], [{ Name: 'Prefix', Value: 'incoming/' }]),
  pair(RULE, 'a call on its bucket is an event that starts turns', ref('Data'), ref('Others'), (bucketName) => ({
    add: {
      ...execution(put('*')).add,
      Others: bucket({ BucketName: 'of-others' }),
      OthersPolicy: bucketPolicy('Others'),
      Told: ruleOf({
        source: ['aws.s3'],
        'detail-type': ['AWS API Call via CloudTrail'],
        detail: { eventName: ['PutObject', 'CopyObject'], requestParameters: { bucketName: [bucketName] } },
      }),
      Sending: sending('events', 'Told'),
    },
  })),
  pair(
    RULE,
    'calls of one of two roles are events that start turns',
    arnOf('ExecutionRole'),
    arnOf('OpenRole'),
    (who) => ({
      add: {
        ...execution(put('*')).add,
        Told: ruleOf({
          source: ['aws.s3'],
          'detail-type': ['AWS API Call via CloudTrail'],
          detail: { userIdentity: { sessionContext: { sessionIssuer: { arn: [arnOf('WorkerRole'), who] } } } },
        }),
        Sending: sending('events', 'Told'),
      },
    }),
  ),
  event('events of a source that starts turns', 'my.app', 'my.agent', (source) => [
    { StringEquals: { 'events:source': source } },
  ]),
  event('events of one of two sources', ['my.agent', 'my.app'], ['my.agent', 'my.other'], (source) => [
    { StringEquals: { 'events:source': source } },
  ]),
  event('events of a pattern of sources', 'my.*', 'my.agent*', (source) => [
    { StringLike: { 'events:source': source } },
  ]),
  event('a condition that holds without the key', 'StringEqualsIfExists', 'StringEquals', (operator: string) => [
    { [operator]: { 'events:source': 'my.agent' } },
  ]),
  event('one of several entries is enough', 'ForAnyValue:StringEquals', 'StringEquals', (operator: string) => [
    { [operator]: { 'events:source': 'my.agent' } },
  ]),
  event('every source but one', 'StringNotEquals', 'StringEquals', (operator: string) => [
    { [operator]: { 'events:source': 'my.agent' } },
  ]),
  event('events of a type that starts turns', 'Order', 'Finding', (type) => [
    { StringEquals: { 'events:detail-type': type } },
    { source: ['my.app'], 'detail-type': ['Order'] },
  ]),
  event('the rule asks for sources by prefix', 'my', 'shop', (prefix) => [
    { StringEquals: { 'events:source': 'my.agent' } },
    { source: [{ prefix }] },
  ]),
  event('the rule asks for a source that everybody can use', 'my.app', 'aws.s3', (source) => [
    {},
    { source: [source] },
  ]),
];
