import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib/core';
import { AgentBaseline, AgentAuditTrail, AgentKey, type IAgentNetwork } from 'cdk-bedrock-managed-agents';
import { IncidentResponder, OpsCenter, ResumeEvent } from 'cdk-bedrock-managed-agents/blueprints';
import type { Construct } from 'constructs';
import { CheckoutService } from './checkout-service';

/** What the stack needs from others. */
export interface IncidentResponseProps extends StackProps {
  /** The network that the agent runs in. */
  readonly network: IAgentNetwork;
}

/** A service, and the agent that investigates its incidents: it reads logs, metrics and deployments of this service only. */
export class IncidentResponseStack extends Stack {
  public readonly responder: IncidentResponder;

  constructor(scope: Construct, id: string, props: IncidentResponseProps) {
    super(scope, id, props);
    const encryptionKey = new AgentKey(this, 'Key', { protects: 'the checkout service and its incident responder' });
    // One per account, for all Regions: pass the trail that you have instead, if there is one.
    const auditTrail = new AgentAuditTrail(this, 'Audit');
    const baseline = new AgentBaseline(this, 'Baseline', {
      network: props.network,
      dataKey: encryptionKey,
      auditTrail,
    });
    const onCall = this.onCallTopic(encryptionKey);
    const checkout = new CheckoutService(this, 'Checkout', encryptionKey, onCall);

    this.responder = new IncidentResponder(this, 'Responder', {
      serviceName: 'checkout',
      baseline,
      alarms: checkout.alarms,
      logGroups: [checkout.logGroup],
      metricNamespaces: ['AWS/Lambda'],
      deployments: {
        codeDeployGroups: [{ applicationName: 'checkout', deploymentGroupName: 'live' }],
        functions: [checkout.function],
      },
      notify: onCall,
      opsCenter: OpsCenter.opsItems(),
      resumeOn: [
        ResumeEvent.alarmRecovers(),
        ResumeEvent.deploymentFinished(['checkout']),
        ResumeEvent.timer({ after: Duration.minutes(20) }),
      ],
    });
    auditTrail.recordObjectAccess(this.responder.reportBucket);

    new CfnOutput(this, 'ReportBucket', { value: this.responder.reportBucket.bucketName });
    new CfnOutput(this, 'OnCallTopic', { value: onCall.topicArn });
  }

  /** A topic that alarms of this account may publish to. Source: docs.aws.amazon.com/sns/latest/dg/sns-key-management.html */
  private onCallTopic(encryptionKey: AgentKey): Topic {
    const topic = new Topic(this, 'OnCall', { masterKey: encryptionKey, enforceSSL: true });
    const alarms = {
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
    };
    topic.addToResourcePolicy(
      new PolicyStatement({ ...alarms, sid: 'AlarmsPublish', actions: ['sns:Publish'], resources: [topic.topicArn] }),
    );
    encryptionKey.addToResourcePolicy(
      new PolicyStatement({
        ...alarms,
        sid: 'AlarmsPublish',
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'], // In a key policy "*" is this key and no other.
      }),
    );
    return topic;
  }
}
