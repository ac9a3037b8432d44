import type { IConstruct } from 'constructs';
import { requireInput } from '../validation/input-error';
import type { TurnWorkflow } from '../workflow/turn-workflow';

/** @throws InputError when there is no workflow */
export function requireWorkflows(scope: IConstruct, workflows: TurnWorkflow[]): void {
  requireInput(workflows.length > 0, scope, {
    input: 'workflows',
    value: '0 workflows',
    allowed: 'at least one TurnWorkflow',
    fix: 'Pass the workflows of the agents, for example reviewer.workflow',
  });
}
