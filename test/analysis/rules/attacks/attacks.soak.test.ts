import { testAttacks } from './every-attack';
import { KINDS } from './kinds';

testAttacks(KINDS);
