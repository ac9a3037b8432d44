import { Stack, type StackProps } from 'aws-cdk-lib/core';
import { AgentAuditTrail, AgentBaseline } from 'cdk-bedrock-managed-agents';
import type { Construct } from 'constructs';
import { SampleAgent } from './sample-agent';

/** The blueprint with what surrounds it: network, keys and the audit trail of the account. */
export class SampleAgentStack extends Stack {
  public readonly blueprint: SampleAgent;

  constructor(scope: Construct, id: string, props: StackProps = {}) {
    super(scope, id, props);
    // One per account, for all Regions: pass the trail that you have instead, if there is one.
    const auditTrail = new AgentAuditTrail(this, 'Audit');
    const baseline = new AgentBaseline(this, 'Baseline', { auditTrail });
    this.blueprint = new SampleAgent(this, 'SampleAgent', { baseline });
  }
}
