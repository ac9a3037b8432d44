import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import * as sources from 'aws-cdk-lib/aws-lambda-event-sources';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as schedTargets from 'aws-cdk-lib/aws-scheduler-targets';
import * as secrets from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subs from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import * as pipes from 'aws-cdk-lib/aws-pipes';
import { Duration, type Stack } from 'aws-cdk-lib/core';
import { oneStack, type OrdinaryApp } from './app';
import { functionIn } from './compute';

const secretValue = (stack: Stack) => new secrets.Secret(stack, 'Key').secretValue;
/** Apps that process events. */
export const EVENT_PIPELINES: readonly OrdinaryApp[] = [
  oneStack('image thumbnails by EventBridge, Lambda and DynamoDB', (stack) => {
    const photos = new s3.Bucket(stack, 'Photos', { eventBridgeEnabled: true });
    const index = new dynamodb.TableV2(stack, 'Index', {
      partitionKey: { name: 'id', type: dynamodb.AttributeType.STRING },
    });
    const f = functionIn(stack);
    photos.grantReadWrite(f);
    index.grantWriteData(f);
    new events.Rule(stack, 'Uploaded', {
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [photos.bucketName] } },
      },
      targets: [new targets.LambdaFunction(f)],
    });
  }),
  oneStack('order fan-out: topic, filtered queues, redrive', (stack) => {
    const topic = new sns.Topic(stack, 'Orders', { fifo: true, contentBasedDeduplication: true });
    for (const name of ['Billing', 'Shipping']) {
      const queue = new sqs.Queue(stack, name, {
        fifo: true,
        deadLetterQueue: { queue: new sqs.Queue(stack, name + 'Dead', { fifo: true }), maxReceiveCount: 5 },
      });
      topic.addSubscription(
        new subs.SqsSubscription(queue, {
          rawMessageDelivery: true,
          filterPolicy: { kind: sns.SubscriptionFilter.stringFilter({ allowlist: [name] }) },
        }),
      );
      functionIn(stack, name + 'Worker').addEventSource(
        new sources.SqsEventSource(queue, { reportBatchItemFailures: true }),
      );
    }
  }),
  oneStack('saga of Step Functions with a callback and compensation', (stack) => {
    const queue = new sqs.Queue(stack, 'Approvals');
    const ask = new tasks.SqsSendMessage(stack, 'Ask', {
      queue,
      integrationPattern: sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
      messageBody: sfn.TaskInput.fromObject({ token: sfn.JsonPath.taskToken }),
    });
    const undo = new tasks.LambdaInvoke(stack, 'Undo', { lambdaFunction: functionIn(stack, 'UndoF') });
    const book = new tasks.LambdaInvoke(stack, 'Book', { lambdaFunction: functionIn(stack, 'BookF') }).addCatch(undo);
    new sfn.StateMachine(stack, 'Saga', {
      definitionBody: sfn.DefinitionBody.fromChainable(ask.next(book)),
      tracingEnabled: true,
    });
  }),
  oneStack('pipe from a stream through an enrichment to a machine', (stack) => {
    const stream = new kinesis.Stream(stack, 'Clicks');
    const enrich = functionIn(stack);
    const machine = new sfn.StateMachine(stack, 'M', {
      definitionBody: sfn.DefinitionBody.fromChainable(new sfn.Pass(stack, 'P')),
    });
    const role = new iam.Role(stack, 'R', { assumedBy: new iam.ServicePrincipal('pipes.amazonaws.com') });
    stream.grantRead(role);
    enrich.grantInvoke(role);
    machine.grantStartExecution(role);
    new pipes.CfnPipe(stack, 'Pipe', {
      roleArn: role.roleArn,
      source: stream.streamArn,
      sourceParameters: { kinesisStreamParameters: { startingPosition: 'LATEST' } },
      enrichment: enrich.functionArn,
      target: machine.stateMachineArn,
      targetParameters: { stepFunctionStateMachineParameters: { invocationType: 'FIRE_AND_FORGET' } },
    });
  }),
  oneStack('custom bus with archive, schema and API destination', (stack) => {
    const bus = new events.EventBus(stack, 'Bus');
    bus.archive('Archive', { eventPattern: { account: [stack.account] }, retention: Duration.days(30) });
    const connection = new events.Connection(stack, 'C', {
      authorization: events.Authorization.apiKey('x-key', secretValue(stack)),
    });
    const destination = new events.ApiDestination(stack, 'D', {
      connection,
      endpoint: 'https://hooks.example.com/orders',
    });
    new events.Rule(stack, 'R', {
      eventBus: bus,
      eventPattern: { source: ['shop.orders'] },
      targets: [new targets.ApiDestination(destination)],
    });
  }),
  oneStack('schedules of EventBridge Scheduler for a task and a function', (stack) => {
    const group = new scheduler.ScheduleGroup(stack, 'G');
    new scheduler.Schedule(stack, 'S', {
      scheduleGroup: group,
      schedule: scheduler.ScheduleExpression.rate(Duration.hours(1)),
      target: new schedTargets.LambdaInvoke(functionIn(stack), { deadLetterQueue: new sqs.Queue(stack, 'Dead') }),
    });
  }),
];
