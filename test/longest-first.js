const { default: Sequencer } = require('@jest/test-sequencer');

/** The suites that would otherwise run alone at the end, on a machine that has never run them. */
const LONG = [
  'test/workflow-run/turn-outcomes.test.ts',
  'test/runtime/turn-handlers/turn-faults/turn-faults.test.ts',
  'test/workflow-run/kill-switch.test.ts',
  'test/runtime/agent-tools/source-clone.test.ts',
  'test/examples/scheduled-security-audit.test.ts',
  'test/runtime/turn-handlers/starter/starter.test.ts',
  'test/workflow-run/fault-table.test.ts',
  'test/runtime/agent-tools/cloudwatch.test.ts',
  'test/runtime/lifecycle/contract.test.ts',
  'test/bin/bma-account.test.ts',
  'test/runtime/session-client/faults.test.ts',
  'test/local/e2e.test.ts',
  'test/bin/bma-verify.test.ts',
  'test/bin/local-run.test.ts',
  'test/runtime/turn-handlers/pull-request/github.test.ts',
  'test/workflow-run/exactly-once.test.ts',
  'test/workflow-run/incident-remediation.test.ts',
  'test/workflow-run/every-trigger.test.ts',
  'test/workflow-run/exactly-once.soak.test.ts',
  'test/permissions/permissions.soak.test.ts',
  'test/analysis/impact/next-steps.soak.test.ts',
  'test/examples/custom-blueprint-guide.soak.test.ts',
];

/** Jest's own order, with the longest suites first. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const at = LONG.findIndex((name) => path.endsWith(name));
      return at === -1 ? LONG.length : at;
    };
    return [...super.sort(tests)].sort((one, other) => rank(one) - rank(other));
  }
};
