import { GitRepository } from '../../local/stand-ins/git-repository';

/* The repository of the local run. The same contents have the same hashes everywhere; the events name them. */

const test = (name: string, call: string, expected: number, why: string) =>
  `test(${JSON.stringify(name)}, () => assert.strictEqual(${call}, ${expected}, ${JSON.stringify(why)}));\n`;

const REFUND = `'use strict';

/** Share of an amount that is given back, in cents. */
exports.refund = (cents, rate) => Math.floor(cents * rate);
`;

const TESTS = `'use strict';
const assert = require('node:assert');
const test = require('node:test');
const { refund } = require('./refund');

${test('whole cents', 'refund(200, 0.5)', 100, 'half of 2.00 is 1.00')}`;

const HALF_CENT_TEST = test('half a cent', 'refund(5, 0.5)', 3, '5 cents at 50 % round half up to 3');

/** A service whose amounts are rounded down, and a branch that says it changes that. */
export function paymentsService(): GitRepository {
  const repository = GitRepository.create();
  repository.commit('main', { 'refund.js': REFUND, 'refund.test.js': TESTS }, 'Refunds');
  repository.commit(
    'round-half-up',
    {
      'refund.js': REFUND.replace('Math.floor(cents * rate)', 'Math.floor(cents * rate + 0.4)'),
      'refund.test.js': TESTS + HALF_CENT_TEST,
    },
    'Round refunds half up',
  );
  return repository;
}

/** What the author pushes when the review is there. */
export function pushCorrection(repository: GitRepository): void {
  repository.commit(
    'round-half-up',
    { 'refund.js': REFUND.replace('Math.floor(cents * rate)', 'Math.round(cents * rate)') },
    'Round with Math.round',
  );
}
