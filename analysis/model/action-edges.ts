import { levelOf } from '../facts/actions';
import { entryTypeOf } from '../facts/entry-types';
import type { EdgeKind } from './edge';

/**
 * Starts something, or sends it something, whatever class the action has otherwise. A published version of code runs only
 * when something invokes it, and `states:InvokeHTTPEndpoint` lets a state machine send requests, not start.
 * Source: docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html,
 * docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html
 */
const STARTING =
  /:(?:Invoke(?!HTTPEndpoint$)|Start|Run|Execute|Submit|Send|Publish(?!(?:Layer)?Version$)|Retry|Redrive|Resume|Trigger|Signal|Deliver|Post|Put(?:Events|Partner|Record|Message)|BatchPutMessage|Create(?:AgentSession|Invocation))/;

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

/** What can be started: the other types of the entry table hand on what happens to them. */
const STARTED: ReadonlySet<string> = new Set(['compute', 'alias', 'mapping', 'public', 'time']);

/** What the edges of actions of a kind can be, where that depends on the resource. */
export const KINDS_ON: Readonly<Partial<Record<EdgeKind, readonly EdgeKind[]>>> = {
  starts: ['sends to', 'starts', 'governs'],
};

/** What the edge of actions of a kind is on a resource of a type. */
export function kindOn(type: string, kind: EdgeKind): EdgeKind {
  if (kind !== 'starts') {
    return kind;
  }
  const entry = entryTypeOf(type)?.kind ?? '';
  return WITH_ROLES_OF_THEIR_OWN.has(type)
    ? 'starts'
    : entry === 'holder'
      ? 'sends to'
      : STARTED.has(entry)
        ? 'starts'
        : 'governs';
}

/** SQL calls functions and reads buckets under the roles of its database. */
const WITH_ROLES_OF_THEIR_OWN: ReadonlySet<string> = new Set(['AWS::RDS::DBCluster']);
