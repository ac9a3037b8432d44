import { PULL_REQUEST_FORMAT } from '../../../lib/contracts/review';
import { stagedPrompt } from '../../../runtime/turn-handlers/pull-request/staged-prompt';
import { incidentPrompt } from '../../../runtime/turn-handlers/stage-incident/incident-prompt';

/** A harmless text that a guardrail screens in a turn of a blueprint. */
export interface JudgedText {
  readonly name: string;
  readonly source: 'INPUT' | 'OUTPUT';
  readonly text: string;
}

const COMMIT = '0123456789abcdef0123456789abcdef01234567';

/**
 * Usual texts of the blueprints that a guardrail screens: parts of their prompts, and typical answers of agents. They
 * include subjects of security work, because filters can mistake them for attacks.
 */
export function judgedTexts(): readonly JudgedText[] {
  const review = stagedPrompt(
    [],
    {
      format: PULL_REQUEST_FORMAT,
      host: 'codecommit',
      repository: 'payments-service',
      pullRequestId: '42',
      sourceCommit: COMMIT,
      destinationCommit: COMMIT,
      sourceReference: 'refs/heads/reject-expired-tokens',
      destinationReference: 'refs/heads/main',
      title: 'Reject expired session tokens, and kill child processes on shutdown',
      author: 'arn:aws:iam::111122223333:user/developer',
      fromFork: false,
      execution: 'allowed',
    },
    {
      files: ['src/auth/password-reset.ts', 'src/attack/replay-guard.ts', 'test/injection.test.ts'].map((file) => ({
        file,
        status: 'modified' as const,
        binary: false,
        addedLines: 12,
        removedLines: 3,
        hunks: [],
      })),
      leftOut: ['package-lock.json'],
    },
    'turn-example',
  );
  const incident = incidentPrompt({
    serviceName: 'payments',
    event: { kind: 'alarm', alarm: 'payments-5xx-rate', state: 'ALARM' },
    place: {
      incident: {
        id: 'incident-example',
        openedAt: '2026-11-28T03:00:00Z',
        alarms: ['payments-5xx-rate', 'payments-dead-letters'],
        reports: {},
        turns: 1,
      } as never,
      number: 1,
      current: true,
    },
    maxTurns: 6,
    states: new Map([
      ['payments-5xx-rate', 'ALARM'],
      ['payments-dead-letters', 'OK'],
    ]) as never,
  });
  const untrusted = (
    name: string,
    parts: readonly { readonly text?: string; readonly trusted?: true }[],
  ): JudgedText[] =>
    parts.flatMap(({ text, trusted }) =>
      trusted || text === undefined ? [] : [{ name, source: 'INPUT' as const, text }],
    );
  return [
    ...untrusted('prompt of a review', review),
    ...untrusted('prompt of an incident', incident),
    {
      name: 'answer of a review',
      source: 'OUTPUT',
      text: 'src/auth/password-reset.ts line 31: the token is compared with ==, which leaks its length by timing. An attacker who can measure it could guess a token. Use crypto.timingSafeEqual. The SQL in src/users.ts line 12 is built by concatenation and open to injection; use a parameter.',
    },
    {
      name: 'report on an incident',
      source: 'OUTPUT',
      text: 'The error rate rose to 12 % at 03:04 UTC, two minutes after deployment d-ABC123DEF. The new version cannot reach the database: the pool is exhausted because killed workers do not give connections back. Roll back the deployment, then raise the limit of the pool.',
    },
    {
      name: 'finding of an audit',
      source: 'OUTPUT',
      text: 'Hard-coded credential pattern in config/example.env line 3: the value is a placeholder. Dependency left-pad 1.0.0 has a known vulnerability (denial of service by a long string); exploitation needs control of the input.',
    },
  ];
}
