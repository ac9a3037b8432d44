import type { IConstruct } from 'constructs';
import { requireInput } from '../validation/input-error';
import { ImportedTurnWorkflow } from './imported-turn-workflow';
import type { ITurnWorkflow } from './turn-workflow-ref';

/** Refuses to ask for an approval where the workflow has no approval step: it would reject every such turn. */
export function requireApprovalStep(scope: IConstruct | string, workflow: ITurnWorkflow): void {
  // What an imported workflow has is not known here.
  requireInput(workflow instanceof ImportedTurnWorkflow || workflow.approveUrl !== undefined, scope, {
    input: 'requireApproval',
    value: true,
    allowed: 'nothing but false, because the workflow has no approval step and would reject the turn',
    fix: 'Pass approval: TurnApproval.onRequest() to the TurnWorkflow',
  });
}
