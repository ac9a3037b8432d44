import type { IConstruct } from 'constructs';
import { requireInput } from '../validation/input-error';
import type { TurnWorkflow } from '../workflow/turn-workflow';

/** @throws InputError when there is no workflow, or one is named twice */
export function requireWorkflows(scope: IConstruct, workflows: TurnWorkflow[]): void {
  requireInput(workflows.length > 0, scope, {
    input: 'workflows',
    value: '0 workflows',
    allowed: 'at least one TurnWorkflow',
    fix: 'pass the workflows of the agents, for example reviewer.workflow',
  });
  const twice = workflows.find((workflow, index) => workflows.indexOf(workflow) < index);
  requireInput(twice === undefined, scope, {
    input: 'workflows',
    value: twice?.node.path,
    allowed: 'every workflow once',
    fix: 'remove the second one',
  });
}

const owners = new WeakMap<TurnWorkflow, Map<string, IConstruct>>();

/**
 * Some constructs record their decision in the ledger of a workflow, where two of one kind would overwrite each other.
 *
 * @throws InputError when a workflow has another construct of this kind
 */
export function requireOnlyOne(owner: IConstruct, kind: string, workflows: TurnWorkflow[]): void {
  for (const workflow of workflows) {
    const ofWorkflow = owners.get(workflow) ?? new Map<string, IConstruct>();
    owners.set(workflow, ofWorkflow);
    const other = ofWorkflow.get(kind);
    requireInput(other === undefined, owner, {
      input: 'workflows',
      value: workflow.node.path,
      allowed: `one ${kind} per workflow; this one has ${other?.node.path}`,
      fix: 'use that one, or divide the workflows between them',
    });
    ofWorkflow.set(kind, owner);
  }
}
