import { Stage } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { requireInput } from '../validation/input-error';
import { requireSamePlace } from '../validation/same-place';
import type { IAgentAuditTrail } from './audit-trail-ref';
import { ImportedAuditTrail } from './imported-audit-trail';

/**
 * Refuses trails that cannot be used from a construct: one of another account, unless it was imported (an organization
 * trail records other accounts), and one of another Stage, which CDK cannot refer to.
 */
export function requireSharableTrail(scope: IConstruct, trail: IAgentAuditTrail): void {
  const fix = 'Pass AgentAuditTrail.fromAgentAuditTrailAttributes(…) with the ARN of that trail';
  if (trail instanceof ImportedAuditTrail) {
    return;
  }
  requireSamePlace(scope, { input: 'auditTrail', what: 'a trail', construct: trail, anyRegion: true, fix });
  requireInput(Stage.of(trail) === Stage.of(scope), scope, {
    input: 'auditTrail',
    value: trail.node.path,
    allowed: 'a trail of the same Stage',
    fix,
  });
}
