/**
 * Calls of AWS services for the resources of a deployment. Each call is authorized for the role of the resource, or for
 * the service itself by the policy of the target.
 *
 * The lists of actions are what AWS documents, not what lib/identity/perms.ts grants: a grant that is missing there is denied
 * here.
 */
import type { Call } from './api-calls';
import type { Fields } from './aws-error';
import type { DeployedResource, Deployment } from './deployment';
import type { Caller, Permissions } from './permissions';

/** The target of a rule, a schedule or a subscription. */
export interface TargetSettings {
  readonly Arn: string;
  readonly RoleArn?: string;
  readonly DeadLetterConfig?: { readonly Arn?: string };
}

/** Operation and input for a target, by the service of its ARN. */
const TARGETS: Readonly<Record<string, (arn: string) => readonly [name: string, input: Fields]>> = {
  sqs: (arn) => ['sqs:SendMessage', { QueueUrl: arn.split(':').at(-1) }],
  sns: (arn) => ['sns:Publish', { TopicArn: arn }],
  lambda: (arn) => ['lambda:Invoke', { FunctionName: arn }],
  states: (arn) => ['states:StartExecution', { stateMachineArn: arn }],
  events: (arn) => ['events:PutEvents', { Entries: [{ EventBusName: arn }] }],
};

const LOG_DELIVERY = 'delivery.logs.amazonaws.com';

/** Source: docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html */
const NETWORK_INTERFACE_ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];
/** Source: docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html */
const LOG_DELIVERY_ACTIONS = [
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
];
/** Source: docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html */
const TRACE_ACTIONS = [
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];
/**
 * For state machines that run another one as a job. Source:
 * docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
 */
const JOB_RULE_ACTIONS = ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'];
const JOB_RULE = 'rule/StepFunctionsGetEventsForStepFunctionsExecutionRule';

export class Deliveries {
  public constructor(
    private readonly permissions: Permissions,
    private readonly deployment: Deployment,
  ) {}

  /**
   * EventBridge sends an event to a target of a rule: with the role of the target, or as the service if the target's
   * policy allows it. Source: docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html and
   * eb-use-identity-based.html
   */
  public ruleReaches(ruleArn: string, target: TargetSettings): void {
    this.reach(target.Arn, this.actsFor('events.amazonaws.com', ruleArn, target.RoleArn));
  }

  /**
   * EventBridge sends an undelivered event to the dead-letter queue. Source:
   * docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
   */
  public ruleGivesUp(ruleArn: string, deadLetterQueue: string): void {
    this.reach(deadLetterQueue, this.service('events.amazonaws.com', ruleArn));
  }

  /**
   * EventBridge encrypts an event on a bus with a customer-managed key. Source:
   * docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-key-policy.html
   */
  public busTakes(busArn: string): void {
    this.permissions.requireOwnKeyUse('events:PutEvents', busArn);
  }

  /**
   * If the key can't be used, the event goes to the dead-letter queue of the bus. AWS doesn't document that the bus is
   * the source.
   */
  public busGivesUp(busArn: string, deadLetterQueue: string): void {
    this.reach(deadLetterQueue, this.service('events.amazonaws.com', busArn));
  }

  /**
   * EventBridge Scheduler reads the payload and calls the target with the role of the schedule. The key is used by the
   * role itself, without `kms:ViaService`. Sources:
   * docs.aws.amazon.com/scheduler/latest/UserGuide/encryption-rest.html, cross-service-confused-deputy-prevention.html
   * (the source is the schedule group).
   */
  public scheduleReaches(scheduleArn: string, keyArn: string | undefined, target: TargetSettings): void {
    const role = this.scheduleRole(scheduleArn, target);
    if (keyArn !== undefined) {
      this.permissions.require(role, {
        action: 'kms:Decrypt',
        resource: keyArn,
        context: { 'kms:EncryptionContext:aws:scheduler:schedule:arn': scheduleArn },
      });
    }
    this.reach(target.Arn, role);
  }

  public scheduleGivesUp(scheduleArn: string, target: TargetSettings): void {
    this.reach(target.DeadLetterConfig!.Arn!, this.scheduleRole(scheduleArn, target));
  }

  /**
   * CloudWatch publishes to the topic of an alarm. Source: docs.aws.amazon.com/sns/latest/dg/sns-key-management.html;
   * AWS doesn't document which condition keys CloudWatch sends to AWS KMS; these are the ones that it sends to Amazon
   * SNS.
   */
  public alarmNotifies(alarmArn: string, topicArn: string): void {
    this.reach(topicArn, this.service('cloudwatch.amazonaws.com', alarmArn));
  }

  /** CloudWatch invokes the function of an alarm. Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html */
  public alarmInvokes(alarmArn: string, functionArn: string): void {
    this.reach(functionArn, this.service('lambda.alarms.cloudwatch.amazonaws.com', alarmArn));
  }

  /** Amazon SNS delivers to a queue or a function. Source: docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html */
  public topicDelivers(topicArn: string, endpointArn: string): void {
    this.reach(endpointArn, this.service('sns.amazonaws.com', topicArn));
  }

  /** Amazon S3 notifies a queue, a topic or a function. Source: docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html */
  public bucketNotifies(bucketArn: string, targetArn: string): void {
    this.reach(targetArn, this.service('s3.amazonaws.com', bucketArn));
  }

  /**
   * AWS Lambda polls a queue with the role of the function, from outside its VPC. Source:
   * docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
   */
  public functionPolls(role: string, queueArn: string): void {
    const actions = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
    this.requireAll({ arn: role, outsideNetwork: true }, actions, queueArn);
  }

  /** AWS Lambda sends the event of a failed asynchronous call to the queue, with the role of the function. */
  public functionGivesUp(role: string, deadLetterQueue: string): void {
    this.reach(deadLetterQueue, { arn: role, outsideNetwork: true });
  }

  /**
   * An execution environment starts: AWS Lambda assumes the role, decrypts the variables, and in a VPC creates the
   * network interfaces. Source for the calls with the ARN of the function:
   * docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
   */
  public functionStarts({ arn, properties }: DeployedResource): void {
    const role = String(properties.Role);
    this.assume('lambda.amazonaws.com', role, {});
    if (properties.KmsKeyArn !== undefined) {
      this.permissions.requireKeyUse({ arn: role, outsideNetwork: true }, 'start', arn);
    }
    if (properties.VpcConfig !== undefined) {
      this.requireAll({ arn: role, outsideNetwork: true }, NETWORK_INTERFACE_ACTIONS, '*');
    }
  }

  /** AWS Lambda writes the log of a function with its role. @throws AccessDenied; a function then runs without a log */
  public functionLogs({ arn, ref, properties }: DeployedResource): void {
    const { LogGroup = `/aws/lambda/${ref}` } = (properties.LoggingConfig ?? {}) as { LogGroup?: string };
    const stream = this.permissions.arn('logs', `log-group:${LogGroup}:log-stream:local`);
    const caller = {
      arn: String(properties.Role),
      context: { 'lambda:SourceFunctionArn': arn },
      outsideNetwork: true,
    };
    this.requireAll(caller, ['logs:CreateLogStream', 'logs:PutLogEvents'], stream);
  }

  /**
   * Step Functions starts an execution: it assumes the role, uses the key of the state machine with it, delivers the
   * log, traces, and monitors jobs. It does the last three when the state machine is created, too. Source:
   * docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
   */
  public executionStarts({ arn, properties }: DeployedResource): void {
    const role = { arn: String(properties.RoleArn) };
    this.assume('states.amazonaws.com', role.arn, this.sources(arn));
    if (properties.LoggingConfiguration !== undefined) this.requireAll(role, LOG_DELIVERY_ACTIONS, '*');
    const { Enabled: traced } = (properties.TracingConfiguration ?? {}) as { Enabled?: boolean };
    if (traced) this.requireAll(role, TRACE_ACTIONS, '*');
    if (String(properties.DefinitionString).includes(':startExecution.sync')) {
      this.requireAll(role, JOB_RULE_ACTIONS, this.permissions.arn('events', JOB_RULE));
    }
    const { KmsKeyId: key } = (properties.EncryptionConfiguration ?? {}) as { KmsKeyId?: string };
    if (key === undefined) return;
    const own = { 'kms:EncryptionContext:aws:states:stateMachineArn': arn };
    for (const action of ['kms:GenerateDataKey', 'kms:Decrypt']) {
      this.permissions.require(role, { action, resource: key, context: own });
    }
    if (properties.LoggingConfiguration === undefined) return;
    const logs = { 'kms:EncryptionContext:SourceArn': this.permissions.arn('logs', '*') };
    this.permissions.require(role, { action: 'kms:GenerateDataKey', resource: key, context: logs });
    this.permissions.require({ arn: LOG_DELIVERY }, { action: 'kms:Decrypt', resource: key, context: logs });
  }

  /**
   * The job of another execution is polled. Source:
   * docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
   */
  public jobIsWatched(role: string, executionArn: string): void {
    this.permissions.require({ arn: role }, { action: 'states:DescribeExecution', resource: executionArn });
  }

  private requireAll(caller: Caller, actions: readonly string[], resource: string): void {
    for (const action of actions) this.permissions.require(caller, { action, resource });
  }

  private reach(arn: string, caller: Caller): void {
    const service = arn.split(':')[2];
    if (!Object.hasOwn(TARGETS, service)) throw new Error(`No target of the service ${service} here: ${arn}`);
    const [name, input] = TARGETS[service](arn);
    this.permissions.authorize(caller, name, input);
  }

  private scheduleRole(scheduleArn: string, { RoleArn }: TargetSettings): Caller {
    const group = scheduleArn.replace(':schedule/', ':schedule-group/').replace(/\/[^/]+$/, '');
    return this.actsFor('scheduler.amazonaws.com', group, RoleArn);
  }

  /** The service with a role, or without one. */
  private actsFor(service: string, sourceArn: string, role: string | undefined): Caller {
    if (role === undefined) return this.service(service, sourceArn);
    this.assume(service, role, this.sources(sourceArn));
    return { arn: role, outsideNetwork: true };
  }

  private service(service: string, sourceArn: string): Caller {
    return { arn: service, context: this.sources(sourceArn) };
  }

  private assume(service: string, role: string, context: Call['context']): void {
    this.permissions.require({ arn: service }, { action: 'sts:AssumeRole', resource: role, context });
  }

  private sources(arn: string): Readonly<Record<string, string>> {
    return { 'aws:SourceArn': arn, 'aws:SourceAccount': this.deployment.place.accountId };
  }
}
