import { MA_AUD1 } from './ma-aud1';
import { MA_AUD2 } from './ma-aud2';
import { MA_AUD3 } from './ma-aud3';
import { MA_COST1 } from './ma-cost1';
import { MA_DECL1 } from './ma-decl1';
import { MA_GRD2 } from './ma-grd2';
import { MA_READ1 } from './ma-read1';
import type { Rule, RuleText } from './rule';

/** Every rule that asks. The ids are public API: never renumbered. */
export const RULES: readonly Rule[] = [MA_AUD1, MA_AUD2, MA_AUD3, MA_GRD2, MA_COST1];

/** Everything that findings can be of: the rules, what they can't read, and declarations that do nothing. */
export const RULE_TEXTS: readonly RuleText[] = [...RULES, MA_READ1, MA_DECL1];
