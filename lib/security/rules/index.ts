import { MA_DEV1 } from './ma-dev1';
import { MA_GRD1 } from './ma-grd1';
import { MA_ID1 } from './ma-id1';
import { MA_ID2 } from './ma-id2';
import { MA_ID3 } from './ma-id3';
import { MA_ID4 } from './ma-id4';
import { MA_ID5 } from './ma-id5';
import { MA_ID6 } from './ma-id6';
import { MA_ID7 } from './ma-id7';
import { MA_ID8 } from './ma-id8';
import { MA_ID9 } from './ma-id9';
import { analysisRules } from '../analysis-rules';
import type { Family, RuleText, SecurityRule } from './rule';
import { MA_TRG1 } from './ma-trg1';
import { MA_TRG2 } from './ma-trg2';
import { MA_TRG3 } from './ma-trg3';

/** The rules that read a TemplateIndex. */
const OF_THE_INDEX: readonly SecurityRule[] = [
  ...[MA_ID1, MA_ID2, MA_ID3, MA_ID4, MA_ID5, MA_ID6, MA_ID7, MA_ID8, MA_ID9],
  ...[MA_DEV1],
  ...[MA_GRD1],
  ...[MA_TRG1, MA_TRG2, MA_TRG3],
];

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
