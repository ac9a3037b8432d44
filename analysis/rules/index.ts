import { MA_DECL1 } from './ma-decl1';
import { MA_READ1 } from './ma-read1';
import type { Rule, RuleText } from './rule';

/** Every rule that asks. The ids are public API: never renumbered. */
export const RULES: readonly Rule[] = [];

/** Everything that findings can be of: the rules, what they can't read, and declarations that do nothing. */
export const RULE_TEXTS: readonly RuleText[] = [...RULES, MA_READ1, MA_DECL1];
