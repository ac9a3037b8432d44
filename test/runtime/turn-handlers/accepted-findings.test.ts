import { nextState, receiptOf, storedLog } from '../../../runtime/turn-handlers/accept-findings/baseline';
import type { PullRequestDocument } from '../../../lib/contracts/review';
import type {
  InlineComment,
  OwnComment,
  ReviewPublisher,
} from '../../../runtime/turn-handlers/pull-request/review-publisher';
import { publishReview } from '../../../runtime/turn-handlers/pull-request/publish-review';
import { acceptance } from '../../../runtime/turn-handlers/turn/accepted-findings';
import { AGENT, finding, review, turnAbout } from './pull-request/review-scene';
import { PATH, sarif, SQL } from './security-audit/sarif-samples';

/* A finding in the register is shown with its reason, counted nowhere, and new again on the day after its last one. */

const ENTRY = { files: 'src/**', rule: 'CWE-89', reason: 'Only reached by the migration, J. Doe', until: '2026-12-31' };
const at = (time: string) => () => Date.parse(time);
const IN_TIME = at('2026-12-31T23:59:59Z');
const OVER = at('2027-01-01T00:00:00Z');

describe('an entry', () => {
  const of = {
    file: 'src/orders.ts',
    rule: 'CWE-89',
    texts: ['A parameter becomes part\n of a SQL statement', 'db.query(x)'],
  };
  test.each([
    ['in time', {}, IN_TIME, true],
    ['after its last day', {}, OVER, false],
    ['of another rule', { rule: 'CWE-22' }, IN_TIME, false],
    ['of another file', { files: 'test/**' }, IN_TIME, false],
    ['of another directory', { files: 'src/*/a.ts' }, IN_TIME, false],
    ['with words of the message, written otherwise', { containing: 'becomes  PART of' }, IN_TIME, true],
    ['with words of the quoted code', { containing: 'db.query' }, IN_TIME, true],
    ['with other words', { containing: 'certificate' }, IN_TIME, false],
  ])('%s', (_what, change, now, accepts) => {
    expect(acceptance([{ ...ENTRY, ...change }], now)(of) !== undefined).toBe(accepts);
  });
});

describe('an audit', () => {
  const night = (day: number) => ({ repository: 'payments', night: `2026-12-${day}T03:00:00Z` });
  const audited = (before: Parameters<typeof nextState>[0], day: number, now: () => number) =>
    nextState(before, sarif(SQL, PATH), night(day), `turn-${day}`, [], acceptance([ENTRY], now));

  test('shows it with its reason, counts it apart, and as new when the time is over', () => {
    const first = audited(undefined, 28, IN_TIME);
    expect(receiptOf(first)).toMatchObject({ new: 1, known: 0, fixed: 0, accepted: 1 });
    const [sql, path] = (storedLog(sarif(SQL, PATH), first, AGENT) as any).runs[0].results;
    expect(sql.suppressions).toEqual([
      { kind: 'external', status: 'accepted', justification: `${ENTRY.reason} (until 2026-12-31)` },
    ]);
    expect(path).not.toHaveProperty('suppressions');

    const second = audited(first, 29, IN_TIME);
    expect(receiptOf(second)).toMatchObject({ new: 0, known: 1, accepted: 1 });
    const third = audited(second, 30, OVER);
    expect(receiptOf(third)).toMatchObject({ new: 1, known: 1 });
    expect(receiptOf(third)).not.toHaveProperty('accepted');
  });

  test('an agent cannot accept its own findings', () => {
    const claimed = { ...sarif(SQL).runs[0].results[0], suppressions: [{ kind: 'external', status: 'accepted' }] };
    const log = { ...sarif(SQL), runs: [{ ...sarif(SQL).runs[0], results: [claimed] }] };
    const state = nextState(undefined, log, night(28), 'turn');
    expect(receiptOf(state)).toMatchObject({ new: 1 });
    expect(JSON.stringify(storedLog(log, state, AGENT))).not.toContain('suppressions');
  });
});

describe('a review', () => {
  const subject = { repository: 'payments', pullRequestId: '7', sourceCommit: 'c0ffee'.padEnd(40, '0') };
  const document = { format: 'pull-request/1', ...subject } as unknown as PullRequestDocument;
  const changes = { files: [{ file: 'src/a.ts', hunks: [{ start: 1, lines: 50 }] }] };
  const entry = {
    files: 'src/a.ts',
    containing: 'half a cent',
    reason: 'Rounded on purpose, J. Doe',
    until: '2026-12-31',
  };

  async function delivered(now: () => number, comments: OwnComment[] = []) {
    const posted: {
      inline: readonly InlineComment[];
      changed: { commentId: string; body: string }[];
      summary: string;
    } = {
      inline: [],
      changed: [],
      summary: '',
    };
    const verdicts: string[] = [];
    const publisher: ReviewPublisher = {
      maxCharacters: 10_000,
      isCurrent: () => Promise.resolve(true),
      ownComments: () => Promise.resolve(comments),
      publish: (_pullRequest, { inline, changed, summary }) => {
        Object.assign(posted, { inline, changed, summary: summary(new Set()) });
        return Promise.resolve({ commentId: '1', inline: inline.length, updated: false });
      },
    };
    const findings = [
      finding('src/a.ts', 3),
      finding('src/a.ts', 30, { message: 'The file is never closed.', severity: 'low' }),
    ];
    const answer = await publishReview(
      { turn: turnAbout(subject), output: [{ text: JSON.stringify(review(findings)) }], evidence: {} as never },
      {
        publisher,
        agentName: AGENT,
        repositories: ['payments'],
        materialBucket: 'material',
        texts: {
          text: (parts: { text: string }[]) => Promise.resolve(parts[0].text),
          read: ({ key }: { key: string }) =>
            Promise.resolve(Buffer.from(JSON.stringify(key.includes('changes') ? changes : document))),
        } as never,
        acceptance: acceptance([entry], now),
        gate: {
          failFrom: 'high',
          publisher: { set: (_of, { conclusion }) => Promise.resolve(void verdicts.push(conclusion)) },
        },
      },
    );
    return { answer, posted, verdicts };
  }
  beforeEach(() => void jest.spyOn(console, 'log').mockImplementation());

  test('names it in the summary only, and lets the gate pass', async () => {
    const { answer, posted, verdicts } = await delivered(IN_TIME);
    expect(answer).toMatchObject({ delivered: true, receipt: { findings: 1, accepted: 1, gate: 'passed' } });
    expect(verdicts).toEqual(['success']);
    expect(posted.inline.map(({ line }) => line)).toEqual([30]);
    expect(posted.summary).toContain('### Accepted, not counted');
    expect(posted.summary).toContain('until 2026-12-31: Rounded on purpose, J. Doe');
  });

  test('posts it when the time is over', async () => {
    const { answer, posted, verdicts } = await delivered(OVER);
    expect(answer).toMatchObject({ receipt: { findings: 2, gate: 'failed' } });
    expect(posted.inline).toHaveLength(2);
    expect(posted.summary).not.toContain('Accepted');
    expect(verdicts).toEqual(['failure']);
  });

  test('says so in a comment that is there already, and takes it back when the time is over', async () => {
    const [{ body }] = (await delivered(OVER)).posted.inline;
    const comment = { id: 'c1', body, file: 'src/a.ts', line: 3 };
    const changed = (await delivered(IN_TIME, [comment])).posted.changed;
    expect(changed).toMatchObject([{ commentId: 'c1' }]);
    expect(changed[0].body).toContain('**Accepted** until 2026-12-31: Rounded on purpose, J. Doe');
    const again = (await delivered(OVER, [{ ...comment, body: changed[0].body }])).posted;
    expect(again.changed).toEqual([{ commentId: 'c1', body }]);
    expect(again.inline.map(({ line }) => line)).toEqual([30]);
  });
});
