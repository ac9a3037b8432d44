import { MA_DEV1 } from './ma-dev1';
import { analysisRules } from '../analysis-rules';
import type { Family, RuleText, SecurityRule } from './rule';

/** The rules that read a TemplateIndex. */
const OF_THE_INDEX: readonly SecurityRule[] = [MA_DEV1];

/** Families in the order of the security model. */
const FAMILIES: readonly Family[] = [
  ...(['identity', 'network', 'audit', 'store', 'encryption'] as const),
  ...(['guardrail', 'trigger', 'image', 'cost', 'region'] as const),
];

const ofAnalysis = new Set(analysisRules().map(({ id }) => id));

/** Every rule, in the order of the security model. The ids are public API: never renumbered. */
export const RULES: readonly RuleText[] = [
  ...analysisRules(),
  ...OF_THE_INDEX.filter(({ id }) => !ofAnalysis.has(id)),
].sort((one, other) => FAMILIES.indexOf(one.family) - FAMILIES.indexOf(other.family) || order(one, other));

function order(one: RuleText, other: RuleText): number {
  // What can't be read and what is declared follow the rules that ask.
  const last = ({ id }: RuleText) => Number(/^MA-(?:READ|DECL)/.test(id));
  return last(one) - last(other) || one.id.localeCompare(other.id, 'en', { numeric: true });
}

/** True for a rule that reads a TemplateIndex; the others run in the analysis. */
export function readsIndex(rule: RuleText): rule is SecurityRule {
  return 'check' in rule && !ofAnalysis.has(rule.id);
}
