import { KINDS } from './kinds';
import { testOneFault } from './one-fault';

testOneFault(KINDS);
