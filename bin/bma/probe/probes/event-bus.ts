import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DisableKeyCommand } from '@aws-sdk/client-kms';
import { NoAnswer, probe } from '../probe';
import type { ProbeContext } from '../probe-context';
import { STACK_PERMISSION, STACK_PREFIX } from '../temporary-stacks';

/** With a condition on the queue and its key, only on the queue, and without a condition. */
const IDS = ['key', 'queue', 'open'] as const;
const EVENTS = { Service: 'events.amazonaws.com' };
const ACCOUNT_OWNS = {
  Effect: 'Allow',
  Principal: { AWS: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' } },
  Action: 'kms:*',
  Resource: '*',
};
const busArn = (id: string) => ({
  'Fn::Sub': `arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:event-bus/\${AWS::StackName}-${id}`,
});
const onlyFrom = (id: string) => ({ ArnEquals: { 'aws:SourceArn': busArn(id) } });
const key = (statement: object) => ({
  Type: 'AWS::KMS::Key',
  DeletionPolicy: 'Delete',
  Properties: {
    Description: 'Created and deleted by bma probe',
    PendingWindowInDays: 7,
    KeyPolicy: { Version: '2012-10-17', Statement: [ACCOUNT_OWNS, statement] },
  },
});

/** A bus whose events can't be decrypted, and its dead-letter queue. */
function bus(id: string, { condition, keyId }: { condition?: object; keyId?: object }): Record<string, object> {
  return {
    [`Queue${id}`]: {
      Type: 'AWS::SQS::Queue',
      Properties: { QueueName: { 'Fn::Sub': `\${AWS::StackName}-${id}` }, ...(keyId && { KmsMasterKeyId: keyId }) },
    },
    [`QueuePolicy${id}`]: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [{ Ref: `Queue${id}` }],
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: EVENTS,
              Action: 'sqs:SendMessage',
              Resource: { 'Fn::GetAtt': [`Queue${id}`, 'Arn'] },
              ...(condition && { Condition: condition }),
            },
          ],
        },
      },
    },
    [`Bus${id}`]: {
      Type: 'AWS::Events::EventBus',
      DependsOn: [`QueuePolicy${id}`],
      Properties: {
        Name: { 'Fn::Sub': `\${AWS::StackName}-${id}` },
        KmsKeyIdentifier: { 'Fn::GetAtt': ['BusKey', 'Arn'] },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [`Queue${id}`, 'Arn'] } },
      },
    },
    // A rule, so that an event has a target and has to be decrypted. Events that are delivered before the key is
    // disabled go to another queue, so that the dead-letter queues contain only undelivered events.
    [`Rule${id}`]: {
      Type: 'AWS::Events::Rule',
      Properties: {
        EventBusName: { Ref: `Bus${id}` },
        EventPattern: { source: ['bma.probe'] },
        Targets: [{ Id: 'delivered', Arn: { 'Fn::GetAtt': ['Delivered', 'Arn'] } }],
      },
    },
  };
}

/**
 * One bus with every condition, one with the condition only on the queue, and one without a condition, which proves
 * that events arrive.
 */
const TEMPLATE = {
  Resources: {
    BusKey: key({
      Effect: 'Allow',
      Principal: EVENTS,
      Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'],
      Resource: '*',
    }),
    QueueKey: key({
      Effect: 'Allow',
      Principal: EVENTS,
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: '*',
      Condition: onlyFrom('key'),
    }),
    Delivered: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { 'Fn::Sub': '${AWS::StackName}-delivered' } } },
    ...bus('key', { condition: onlyFrom('key'), keyId: { Ref: 'QueueKey' } }),
    ...bus('queue', { condition: onlyFrom('queue') }),
    ...bus('open', {}),
  },
  Outputs: {
    BusKey: { Value: { Ref: 'BusKey' } },
    ...Object.fromEntries(
      IDS.flatMap((id) => [
        [`Queue${id}`, { Value: { Ref: `Queue${id}` } }],
        [`Bus${id}`, { Value: { Ref: `Bus${id}` } }],
      ]),
    ),
  },
};

/** Longest time until an event arrives in its dead-letter queue. */
const LONGEST_SECONDS = 600;

export const busDeadLetterArn = probe({
  id: 'bus-dead-letter-arn',
  question: 'Which `aws:SourceArn` does an event bus send to its dead-letter queue, and to the key of the queue?',
  default: 'Queue and key allow the ARN of the bus.',
  where: ['lib/encryption/key-statements.ts', 'lib/workflow/turn-bus.ts', 'docs/encryption.md'],
  needs: [],
  looksAt: [],
  permissions: [
    STACK_PERMISSION,
    {
      actions: [
        'CreateEventBus',
        'DeleteEventBus',
        'DeleteRule',
        'DescribeEventBus',
        'DescribeRule',
        'PutEvents',
        'PutRule',
        'PutTargets',
        'RemoveTargets',
      ].map((action) => `events:${action}`),
      resources: [
        `arn:aws:events:REGION:ACCOUNT:event-bus/${STACK_PREFIX}*`,
        `arn:aws:events:REGION:ACCOUNT:rule/${STACK_PREFIX}*`,
      ],
    },
    {
      actions: ['CreateQueue', 'DeleteQueue', 'GetQueueAttributes', 'GetQueueUrl', 'SetQueueAttributes'].map(
        (action) => `sqs:${action}`,
      ),
      resources: [`arn:aws:sqs:REGION:ACCOUNT:${STACK_PREFIX}*`],
    },
    // The id of a key is known only after its creation.
    {
      actions: [
        'CreateKey',
        'DescribeKey',
        'DisableKey',
        'PutKeyPolicy',
        'ScheduleKeyDeletion',
        'Decrypt',
        'GenerateDataKey',
      ].map((action) => `kms:${action}`),
    },
  ],
  creates:
    'three event buses with a rule and a queue each, one more queue, and two KMS keys, which are scheduled for deletion after 7 days',
  // Two keys for less than an hour; keys with a scheduled deletion are free.
  usd: 0.01,
  minutes: 20,
  answers: {
    bus: { means: 'The queue and its key get the ARN of the bus.' },
    'bus-to-queue-only': {
      means: 'The queue gets the ARN of the bus; its key does not.',
      change: 'limit allowDeadLettersOfBus (lib/encryption/key-statements.ts) with aws:SourceAccount instead',
    },
    another: {
      means: 'Neither gets the ARN of the bus.',
      change: 'limit the queue (lib/workflow/turn-bus.ts) and allowDeadLettersOfBus with aws:SourceAccount instead',
    },
  },
  async run(context) {
    return await context.temporaryStacks.with('bus-dead-letters', TEMPLATE, async (outputs) => {
      const { kms, events } = context.clients;
      await kms.send(new DisableKeyCommand({ KeyId: outputs.BusKey }));
      let settled = 0;
      for (let waited = 0; waited <= LONGEST_SECONDS; waited += context.options.intervalSeconds) {
        const Entries = IDS.map((id) => ({
          EventBusName: outputs[`Bus${id}`],
          Source: 'bma.probe',
          DetailType: 'Probe',
          Detail: '{}',
        }));
        await events.send(new PutEventsCommand({ Entries }));
        const arrived = await Promise.all(IDS.map((id) => deadLetters(context, outputs[`Queue${id}`])));
        const [key, queue, open] = arrived;
        if (open > 0) settled += context.options.intervalSeconds;
        if (key > 0 || settled > SETTLE_SECONDS) {
          const evidence = IDS.map(
            (id, index) => `${CONDITIONS[id]}: ${arrived[index] > 0 ? 'arrived' : 'nothing arrived'}`,
          );
          const answer = key > 0 ? 'bus' : queue > 0 ? 'bus-to-queue-only' : 'another';
          return { answer, evidence, confidence: answer === 'bus' ? 'certain' : 'likely' };
        }
        await context.pause(context.options.intervalSeconds);
      }
      throw new NoAnswer(
        `no event reached a dead-letter queue within ${LONGEST_SECONDS / 60} minutes, not even the one without a condition`,
      );
    });
  },
});

const CONDITIONS: Readonly<Record<(typeof IDS)[number], string>> = {
  key: 'condition on the queue and its key',
  queue: 'condition on the queue',
  open: 'no condition',
};

/** After an event arrived in the queue without a condition: how long to wait for the others. */
const SETTLE_SECONDS = 120;

async function deadLetters({ clients }: ProbeContext, QueueUrl: string): Promise<number> {
  const { Attributes } = await clients.account.queues.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
}
