import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type Construct } from 'constructs';
import type { IManagedAgent } from '../agent';
import type { IAgentBaseline } from '../baseline';
import { isSameKey } from '../baseline/same-key';
import { attachPolicy } from '../identity/attach-policy';
import { EVIDENCE_KEY_DENIED_ACTIONS } from '../identity/perms';

/**
 * Denies both roles of an agent the key of the evidence, so that a later grant (`evidenceBucket.grantRead(agent)`)
 * doesn't give the agent access to its evidence. Nothing is denied if one key is used for both.
 */
export function denyEvidenceKey(
  scope: Construct,
  agent: IManagedAgent,
  { dataKey, evidenceKey }: IAgentBaseline,
): void {
  if (isSameKey(dataKey, evidenceKey)) {
    return;
  }
  const statement = () =>
    new PolicyStatement({
      sid: 'NeverUseTheEvidenceKey',
      effect: Effect.DENY,
      actions: EVIDENCE_KEY_DENIED_ACTIONS,
      resources: [evidenceKey.keyArn],
    });
  attachPolicy(scope, 'ExecutionRoleDenial', agent.executionRole, 'execution role', [statement()]);
  attachPolicy(scope, 'SessionRoleDenial', agent.sessionRole, 'session role', [statement()]);
}
