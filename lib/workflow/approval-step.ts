import type { IConstruct } from 'constructs';
import { requireInput } from '../validation/input-error';
import { ImportedTurnWorkflow } from './imported-turn-workflow';
import type { ITurnWorkflow } from './turn-workflow-ref';

/** Refuses to require approval if the workflow has no approval step: it would reject every such turn. */
export function requireApprovalStep(scope: IConstruct | string, workflow: ITurnWorkflow): void {
  // The approval step of an imported workflow isn't known.
  requireInput(workflow instanceof ImportedTurnWorkflow || workflow.approveUrl !== undefined, scope, {
    input: 'requireApproval',
    value: true,
    allowed: 'nothing but false, because the workflow has no approval step and would reject the turn',
    fix: 'pass approval: TurnApproval.onRequest() to the TurnWorkflow',
  });
}
