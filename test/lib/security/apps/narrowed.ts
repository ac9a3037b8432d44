import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import { AgentTrigger } from '../../../../lib/trigger';
import { inAgentStack, oneStack, type OrdinaryApp } from './app';
import { bucketIn, keyIn, queueIn, starterIn } from './governed';

/** Apps in which a prefix, a condition or a provider says that what is next to a trigger isn't what starts turns. */
export const NARROWED: readonly OrdinaryApp[] = [
  inAgentStack(
    'files under incoming/ start turns, the agent writes reports/ of the same bucket',
    (scope, neighbour) => {
      const bucket = bucketIn(scope, 'Files', keyIn(scope), { eventBridgeEnabled: true });
      neighbour.workflow.addTrigger(AgentTrigger.onObjectCreated(bucket, { keyPrefix: 'incoming/' }));
      bucket.grantRead(neighbour.agent, 'incoming/*');
      bucket.grantPut(neighbour.agent, 'reports/*');
    },
  ),
  oneStack('people on call: a role that stops turns, one that approves, a group that reads', (stack, { workflow }) => {
    const saml = new iam.SamlProvider(stack, 'Saml', {
      metadataDocument: iam.SamlMetadataDocument.fromXml(`<md>${'x'.repeat(1000)}</md>`),
    });
    const onCall = new iam.Role(stack, 'OnCall', { assumedBy: new iam.SamlConsolePrincipal(saml) });
    workflow.grants.stopTurns(onCall);
    workflow.grants.readTurns(onCall);
    workflow.grants.replayEvents(onCall);
    const readers = new iam.Group(stack, 'Readers');
    readers.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('ReadOnlyAccess'));
  }),
  inAgentStack('one bus: orders of the shop start turns, findings of the agent go to a queue', (scope, neighbour) => {
    const { agent, workflow } = neighbour;
    const key = keyIn(scope);
    const bus = new events.EventBus(scope, 'Bus', { kmsKey: key, deadLetterQueue: queueIn(scope, 'Lost', key) });
    workflow.addTrigger(AgentTrigger.onEvent('Orders', { source: ['shop.orders'] }, { eventBus: bus }));
    agent.grantPrincipal.addToPrincipalPolicy(
      new iam.PolicyStatement({
        actions: ['events:PutEvents'],
        resources: [bus.eventBusArn],
        conditions: { StringEquals: { 'events:source': 'shop.agent' } },
      }),
    );
    new events.Rule(scope, 'Findings', {
      eventBus: bus,
      eventPattern: { source: ['shop.agent'] },
      targets: [new targets.SqsQueue(queueIn(scope, 'Found', key))],
    });
  }),
  inAgentStack('uploads that a function checks before it starts turns', (scope, neighbour) => {
    const key = keyIn(scope);
    const bucket = bucketIn(scope, 'Uploads', key);
    const queue = queueIn(scope, 'Queue', key, {
      deadLetterQueue: { queue: queueIn(scope, 'Dead', key), maxReceiveCount: 3 },
    });
    bucket.addEventNotification(s3.EventType.OBJECT_CREATED, new SqsDestination(queue), { prefix: 'incoming/' });
    const handler = starterIn(scope, neighbour);
    handler.addEventSource(new SqsEventSource(queue));
    bucket.grantRead(handler);
    bucket.grantPut(neighbour.agent, 'answers/*');
  }),
];
