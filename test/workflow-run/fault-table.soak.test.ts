import { FAULTS, testFaults } from './support/fault-rows';

/* Takes half a minute: run with `npm run test:soak`. */

test('at least 60 rows, none twice', () => {
  expect(FAULTS.length).toBeGreaterThanOrEqual(60);
  expect(new Set(FAULTS.map((row) => JSON.stringify([row.where, row.when, row.error]))).size).toBe(FAULTS.length);
});

testFaults(FAULTS);
