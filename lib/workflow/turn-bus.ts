import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Names, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { allowDeadLettersOfBus, allowEventBus } from '../encryption/key-statements';
import { withoutPolicyUpdates } from '../encryption/key-policy';
import { deadLetterQueue } from '../function/dead-letter-queue';
import { QUEUE_SEND_ACTIONS } from '../identity/perms';

/** The bus of outcome events, and the queue for events that could not be encrypted or decrypted. */
export class TurnBus extends Construct {
  public readonly eventBus: events.EventBus;
  public readonly deadLetters: sqs.Queue;

  constructor(scope: Construct, id: string, encryptionKey: kms.IKey) {
    super(scope, id);
    this.deadLetters = deadLetterQueue(this, 'DeadLetters', encryptionKey);
    // The key policy contains the name of the bus, so the name is set before.
    const eventBusName = Names.uniqueResourceName(this, { maxLength: 100, separator: '-' });
    const eventBusArn = Stack.of(this).formatArn({
      service: 'events',
      resource: 'event-bus',
      resourceName: eventBusName,
    });
    allowEventBus(encryptionKey, this, eventBusName);
    allowDeadLettersOfBus(encryptionKey, this, eventBusName);
    this.eventBus = new events.EventBus(this, 'Bus', {
      eventBusName,
      description: 'Outcomes of the turns of a managed agent',
      kmsKey: withoutPolicyUpdates(encryptionKey),
      deadLetterQueue: this.deadLetters,
    });
    const eventBridge = new iam.ServicePrincipal('events.amazonaws.com');
    const thisBus = { ArnEquals: { 'aws:SourceArn': eventBusArn } };
    this.deadLetters.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'ThisBusDelivers',
        principals: [eventBridge],
        actions: QUEUE_SEND_ACTIONS,
        resources: [this.deadLetters.queueArn],
        conditions: thisBus,
      }),
    );
  }
}
