import { FAULTS, testFaults } from './support/fault-rows';

/* One fault of each state and each time (before, after, during); all of them: fault-table.soak.test.ts. */

const kindOf = ({ where, when }: (typeof FAULTS)[number]) => `${when} ${where}`;
testFaults(FAULTS.filter((row, index) => FAULTS.findIndex((other) => kindOf(other) === kindOf(row)) === index));
