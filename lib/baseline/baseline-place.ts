import type { IConstruct } from 'constructs';
import { requireSamePlace } from '../validation/same-place';
import type { IAgentBaseline } from './agent-baseline-ref';

/** Refuses the baseline of another account or Region. What is in a baseline is in the place of the baseline. */
export function requireLocalBaseline(scope: IConstruct, baseline: IAgentBaseline): void {
  requireSamePlace(scope, {
    input: 'baseline',
    what: 'a baseline',
    construct: baseline,
    fix: 'Create an AgentBaseline in this account and Region. It can take the trail of another Region',
  });
}
