import { REPRESENTATIVE } from './kinds';
import { testOneFault } from './one-fault';

testOneFault(REPRESENTATIVE);
