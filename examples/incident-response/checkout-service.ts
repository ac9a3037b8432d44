import { Alarm, type IAlarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

/** What runs in the function: it charges nothing and fails when it is asked to. */
const CODE = `exports.handler = async ({ amount, fail }) => {
  if (fail) throw new Error('PaymentTimeout: payment did not answer within 800 ms');
  return { charged: amount };
};`;

/** A service to watch, small enough to break on purpose: `aws lambda invoke --payload '{"fail":true}'`. */
export class CheckoutService extends Construct {
  public readonly function: LambdaFunction;
  public readonly logGroup: LogGroup;
  public readonly alarms: IAlarm[];

  constructor(scope: Construct, id: string, encryptionKey: IKey, onCall: ITopic) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Logs', {
      logGroupName: '/shop/checkout',
      encryptionKey,
      retention: RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
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
