import { testAgreement } from './agreement';
import { KINDS } from './kinds';

testAgreement(KINDS);
