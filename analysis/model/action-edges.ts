import { levelOf } from '../facts/actions';
import type { EdgeKind } from './edge';

/** Starts something, or sends it something, whatever class the action has otherwise. */
const STARTING =
  /:(?:Invoke|Start|Run|Execute|Submit|Send|Publish|Retry|Redrive|Resume|Trigger|Signal|Deliver|Post|Put(?:Events|Partner|Record|Message)|BatchPutMessage|Create(?:AgentSession|Invocation))/;

/** How an action leads to the resource that it is allowed on. */
export function edgeKindOf(action: string, actionClass: string): EdgeKind {
  if (/^sts:assumerole/i.test(action)) {
    return 'assumes';
  }
  if (actionClass === 'start' || (STARTING.test(action) && !/^(?:read|list)$/.test(levelOf(action) ?? ''))) {
    return 'starts';
  }
  return actionClass === 'data-read' ? 'reads' : actionClass === 'data-write' ? 'writes' : 'governs';
}
