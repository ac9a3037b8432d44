import { analysisRules } from '../analysis-rules';
import type { Family, RuleText } from './rule';

/** Families in the order of the security model. */
const FAMILIES: readonly Family[] = [
  ...(['identity', 'network', 'audit', 'store', 'encryption'] as const),
  ...(['guardrail', 'trigger', 'image', 'cost', 'region'] as const),
];

/** Every rule, in the order of the security model. The ids are public API: never renumbered. */
export const RULES: readonly RuleText[] = [...analysisRules()].sort(
  (one, other) => FAMILIES.indexOf(one.family) - FAMILIES.indexOf(other.family) || order(one, other),
);

function order(one: RuleText, other: RuleText): number {
  // What can't be read and what is declared follow the rules that ask.
  const last = ({ id }: RuleText) => Number(/^MA-(?:READ|DECL)/.test(id));
  return last(one) - last(other) || one.id.localeCompare(other.id, 'en', { numeric: true });
}
