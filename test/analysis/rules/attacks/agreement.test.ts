import { testAgreement } from './agreement';
import { REPRESENTATIVE } from './kinds';

testAgreement(REPRESENTATIVE);
