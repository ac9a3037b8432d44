import { Alarm, type IAlarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

/** What runs in the function: it charges nothing and fails when it is asked to. */
const CODE = `exports.handler = async ({ amount, fail }) => {
  if (fail) throw new Error('PaymentTimeout: payment did not answer within 800 ms');
  return { charged: amount };
};`;

const LOG_GROUP = '/shop/checkout';

/** A service to watch, small enough to break on purpose: `aws lambda invoke --payload '{"fail":true}'`. */
export class CheckoutService extends Construct {
  public readonly function: LambdaFunction;
  public readonly logGroup: LogGroup;
  public readonly alarms: IAlarm[];

  constructor(scope: Construct, id: string, encryptionKey: IKey, onCall: ITopic) {
    super(scope, id);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    allowEncryptedLogs(encryptionKey, role);
    this.logGroup = new LogGroup(this, 'Logs', {
      logGroupName: LOG_GROUP,
      encryptionKey,
      retention: RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.logGroup.grantWrite(role);
    this.function = new LambdaFunction(this, 'Function', {
      functionName: 'checkout',
      description: 'The service that the incident responder watches',
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: Code.fromInline(CODE),
      role,
      logGroup: this.logGroup,
      environmentEncryption: encryptionKey,
    });
    const alarm = (name: string, description: string, metric: 'metricErrors' | 'metricThrottles') => {
      const made = new Alarm(this, name, {
        alarmName: name,
        alarmDescription: description,
        metric: this.function[metric]({ period: Duration.minutes(1) }),
        threshold: 5,
        evaluationPeriods: 2,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      // People hear of the alarm itself, too, whatever the agent does.
      made.addAlarmAction(new SnsAction(onCall));
      return made;
    };
    this.alarms = [
      alarm('checkout-errors', 'Customers cannot pay', 'metricErrors'),
      alarm('checkout-throttles', 'Checkout gets more requests than it may handle', 'metricThrottles'),
    ];
  }
}

/**
 * CloudWatch Logs may use the key for this log group, and so may who writes to it.
 *
 * Source: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
function allowEncryptedLogs(key: IKey, writer: Role): void {
  const stack = Stack.of(writer);
  const service = `logs.${stack.region}.amazonaws.com`;
  const group = stack.formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: LOG_GROUP,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const ofThisGroup = { ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': group } };
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'CheckoutLogs',
      principals: [new ServicePrincipal(service)],
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
      resources: ['*'], // In a key policy "*" is this key and no other.
      conditions: ofThisGroup,
    }),
  );
  const viaLogs = { StringEquals: { 'kms:ViaService': service } };
  writer.addToPolicy(
    new PolicyStatement({
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [key.keyArn],
      conditions: { ...viaLogs, ...ofThisGroup },
    }),
  );
  writer.addToPolicy(
    new PolicyStatement({ actions: ['kms:DescribeKey'], resources: [key.keyArn], conditions: viaLogs }),
  );
}
