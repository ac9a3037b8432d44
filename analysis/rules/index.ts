import { MA_AUD1 } from './ma-aud1';
import { MA_AUD2 } from './ma-aud2';
import { MA_AUD3 } from './ma-aud3';
import { MA_COST1 } from './ma-cost1';
import { MA_DECL1 } from './ma-decl1';
import { MA_DEV1 } from './ma-dev1';
import { MA_ENC1 } from './ma-enc1';
import { MA_ENC2 } from './ma-enc2';
import { MA_ENC3 } from './ma-enc3';
import { MA_GRD1 } from './ma-grd1';
import { MA_GRD2 } from './ma-grd2';
import { MA_ID1 } from './ma-id1';
import { MA_ID2 } from './ma-id2';
import { MA_ID3 } from './ma-id3';
import { MA_ID4 } from './ma-id4';
import { MA_ID5 } from './ma-id5';
import { MA_ID6 } from './ma-id6';
import { MA_ID7 } from './ma-id7';
import { MA_ID8 } from './ma-id8';
import { MA_ID9 } from './ma-id9';
import { MA_IMG1 } from './ma-img1';
import { MA_IMG2 } from './ma-img2';
import { MA_NET1 } from './ma-net1';
import { MA_NET2 } from './ma-net2';
import { MA_NET3 } from './ma-net3';
import { MA_NET4 } from './ma-net4';
import { MA_NET5 } from './ma-net5';
import { MA_NET6 } from './ma-net6';
import { MA_READ1 } from './ma-read1';
import { MA_REG1 } from './ma-reg1';
import { MA_STO1 } from './ma-sto1';
import { MA_TRG1 } from './ma-trg1';
import { MA_TRG2 } from './ma-trg2';
import { MA_TRG3 } from './ma-trg3';
import type { Rule, RuleText } from './rule';

const OF_IDENTITY = [MA_ID1, MA_ID2, MA_ID3, MA_ID4, MA_ID5, MA_ID6, MA_ID7, MA_ID8, MA_ID9];
const OTHERS = [
  ...[MA_NET1, MA_NET2, MA_NET3, MA_NET4, MA_NET5, MA_NET6],
  ...[MA_AUD1, MA_AUD2, MA_AUD3, MA_DEV1],
  ...[MA_STO1],
  ...[MA_ENC1, MA_ENC2, MA_ENC3],
  ...[MA_GRD1, MA_GRD2],
  ...[MA_TRG1, MA_TRG2, MA_TRG3],
  ...[MA_IMG1, MA_IMG2],
  ...[MA_COST1],
  ...[MA_REG1],
];

/** Every rule with a check. The ids are public API and never change. */
export const RULES: readonly Rule[] = [...OF_IDENTITY, ...OTHERS];

/**
 * Everything that findings can report, in the order of the rules page: the rules, what they can't read, and
 * declarations without an effect.
 */
export const RULE_TEXTS: readonly RuleText[] = [...OF_IDENTITY, MA_DECL1, MA_READ1, ...OTHERS];
