import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ChangedFile } from '../../lib/contracts/review';
import type { DeliverTurnAnswer, StageTurnAnswer } from '../../lib/contracts/step';
import type { IncidentRecord } from '../../runtime/turn-handlers/incident/incident-record';
import { outcomeNote } from '../../runtime/turn-handlers/pull-request/outcome-note';
import { publishReview } from '../../runtime/turn-handlers/pull-request/publish-review';
import type { PullRequest } from '../../runtime/turn-handlers/pull-request/pull-request-source';
import { stagePullRequest, type StagingParts } from '../../runtime/turn-handlers/pull-request/stage-pull-request';
import { StagingRefusal } from '../../runtime/turn-handlers/pull-request/staging-refusal';
import { stageIncident, type Staging } from '../../runtime/turn-handlers/stage-incident/stage-incident';
import { AGENT, finding, review, turnAbout } from '../runtime/turn-handlers/pull-request/review-scene';

/*
 * What each blueprint makes of what happens: how the turn ends, what is published, and who is told. Hosts and stores are as
 * small as they can be here; each is tested for itself elsewhere.
 */

beforeEach(() => void jest.spyOn(console, 'log').mockImplementation());
afterEach(() => jest.restoreAllMocks());

const HOSTILE = JSON.parse(
  fs.readFileSync(path.join(__dirname, '../runtime/turn-handlers/starter/hostile-texts.json'), 'utf8'),
) as { name: string; text: string }[];
const codeOf = (answer: StageTurnAnswer | DeliverTurnAnswer) => ('reason' in answer ? answer.reason.code : 'goes on');

describe('reviewer', () => {
  const SUBJECT = { repository: 'example-org/payments', pullRequestId: '7', sourceCommit: 'c0ffee'.padEnd(40, '0') };
  const OPEN: PullRequest = {
    open: true,
    draft: false,
    byBot: false,
    sourceCommit: SUBJECT.sourceCommit,
    destinationCommit: 'd'.repeat(40),
    sourceReference: 'topic',
    destinationReference: 'main',
    title: 'A change',
    author: 'octocat',
    fromFork: false,
  };
  const file = (name: string, more: Partial<ChangedFile> = {}): ChangedFile => ({
    file: name,
    status: 'modified',
    binary: false,
    addedLines: 1,
    removedLines: 1,
    hunks: [{ start: 1, lines: 10 }],
    ...more,
  });
  const staged = (
    pullRequest: Partial<PullRequest> | StagingRefusal,
    files: readonly ChangedFile[] | StagingRefusal = [file('src/a.ts')],
    more: Partial<StagingParts> = {},
  ) => {
    const written: string[] = [];
    const either = <T>(value: T | StagingRefusal): Promise<T> =>
      value instanceof StagingRefusal ? Promise.reject(value) : Promise.resolve(value);
    const parts: StagingParts = {
      source: {
        host: 'github',
        pullRequest: () =>
          either<PullRequest>(pullRequest instanceof StagingRefusal ? pullRequest : { ...OPEN, ...pullRequest }),
        change: (_subject, _pullRequest, { isLeftOut }) =>
          files instanceof StagingRefusal
            ? Promise.reject(files)
            : Promise.resolve({
                files: files.filter(({ file: name }) => !isLeftOut(name)),
                leftOut: files.map(({ file: name }) => name).filter(isLeftOut),
              }),
      },
      repositories: ['example-org/payments'],
      forks: 'skip',
      policy: { drafts: false, bots: false, skippedAuthors: ['release-robot'], ignoredPaths: ['**/package-lock.json'] },
      limits: { files: 300, bytes: 1_000_000 },
      put: ({ Key }) => Promise.resolve(void written.push(String(Key))),
      ...more,
    };
    return stagePullRequest({ turn: turnAbout(SUBJECT), prompt: [{ text: 'The event.' }] }, parts).then((answer) => ({
      answer,
      written,
    }));
  };
  const noteOf = (code: string) =>
    code === 'goes on'
      ? 'nobody'
      : (outcomeNote({
          agentName: AGENT,
          turnName: 't',
          outcome: 'Rejected',
          code,
          sourceCommit: SUBJECT.sourceCommit,
        }) ?? 'nobody');
  const TOO_LARGE = new StagingRefusal('change-too-large', 'The change has more than 300 files');
  const NOT_FOUND = new StagingRefusal('not-found', 'No such pull request');

  test.each<[string, Parameters<typeof staged>, outcome: string, told: RegExp]>([
    ['is open', [{}], 'goes on', /^nobody$/],
    ['is a draft', [{ draft: true }], 'draft', /once it is marked as ready/],
    ['is of an app', [{ byBot: true }], 'bot-author', /^nobody$/],
    ['is of an author who is left out', [{ author: 'Release-Robot' }], 'author-skipped', /^nobody$/],
    ['comes from a fork', [{ fromFork: true }], 'fork-not-allowed', /push the branch to this repository/],
    [
      'comes from a fork, read only',
      [{ fromFork: true }, undefined, { forks: 'read-only-review' }],
      'goes on',
      /^nobody$/,
    ],
    ['is closed', [{ open: false }], 'superseded', /^nobody$/],
    ['has newer commits', [{ sourceCommit: 'a'.repeat(40) }], 'superseded', /^nobody$/],
    ['changes nothing', [{}, []], 'no-changes', /once it has a change/],
    [
      'changes lock files only',
      [{}, [file('package-lock.json')]],
      'nothing-reviewable',
      /changes no file that can be read/,
    ],
    ['changes a picture only', [{}, [file('a.png', { binary: true, hunks: [] })]], 'nothing-reviewable', /as text/],
    [
      'changes a mode only',
      [{}, [file('run.sh', { hunks: [], addedLines: 0, removedLines: 0 })]],
      'goes on',
      /^nobody$/,
    ],
    ['adds an empty file', [{}, [file('new.txt', { status: 'added', hunks: [] })]], 'goes on', /^nobody$/],
    ['is too large', [{}, TOO_LARGE], 'change-too-large', /Split it into smaller pull requests/],
    ['is gone', [NOT_FOUND], 'not-found', /^nobody$/],
  ])('a pull request that %s', async (_what, parameters, outcome, told) => {
    const { answer, written } = await staged(...parameters);
    expect(codeOf(answer)).toBe(outcome);
    expect(written.length > 0).toBe(outcome === 'goes on');
    expect(noteOf(outcome)).toMatch(told);
  });

  const document = { format: 'pull-request/1', host: 'github', ...OPEN, ...SUBJECT };
  async function delivered(answer: unknown, isCurrent = true) {
    const posted: string[] = [];
    const delivery = await publishReview(
      {
        turn: turnAbout(SUBJECT),
        output: [{ text: typeof answer === 'string' ? answer : JSON.stringify(answer) }],
        evidence: {} as never,
      },
      {
        agentName: AGENT,
        repositories: ['example-org/payments'],
        materialBucket: 'material',
        texts: {
          text: (parts: { text: string }[]) => Promise.resolve(parts[0].text),
          read: ({ key }: { key: string }) =>
            Promise.resolve(
              Buffer.from(JSON.stringify(key.includes('changes') ? { files: [file('src/a.ts')] } : document)),
            ),
        } as never,
        publisher: {
          maxCharacters: 60_000,
          isCurrent: () => Promise.resolve(isCurrent),
          ownComments: () => Promise.resolve([]),
          publish: (_pullRequest, { inline, summary }) => {
            posted.push(summary(new Set()), ...inline.map(({ body }) => body));
            return Promise.resolve({ commentId: '1', inline: inline.length, updated: false });
          },
        },
      },
    );
    return { delivery, posted };
  }
  test.each<[string, Parameters<typeof delivered>, outcome: string, published: number]>([
    ['without a finding', [review([])], 'goes on', 1],
    ['with a finding beside its line', [review([finding('src/a.ts', 3)])], 'goes on', 2],
    ['with a path as the agent sees it', [review([finding('./src/a.ts', 3)])], 'goes on', 2],
    ['with a line that the change does not show', [review([finding('src/a.ts', 99)])], 'goes on', 1],
    [
      'with prose around its document',
      [`Done.\n\n\`\`\`json\n${JSON.stringify(review([]))}\n\`\`\`\nBye.`],
      'goes on',
      1,
    ],
    ['of prose alone', ['It looks fine.'], 'review-invalid', 0],
    ['of another form', [{ format: 'review/2' }], 'review-invalid', 0],
    ['about commits that are not the newest any more', [review([]), false], 'superseded', 0],
  ])('an answer %s', async (_what, parameters, outcome, published) => {
    const { delivery, posted } = await delivered(...parameters);
    expect(codeOf(delivery)).toBe(outcome);
    expect(posted).toHaveLength(published);
  });

  test.each(HOSTILE.map(({ name, text }) => [name, text]))('%s in a finding reaches nobody', async (_name, text) => {
    const message = `@octocat ${text}`.slice(0, 1_900);
    const { posted } = await delivered(
      review([finding('src/a.ts', 3, { message }), finding(`${text.slice(0, 100)}x`, 1, { message })]),
    );
    for (const body of posted.map((each) => each.replace(/^<!--.*?-->/, ''))) {
      expect(body).not.toMatch(/@octocat|<!--|<script|<\/?untrusted/);
    }
  });
});

describe('responder', () => {
  const NOON = Date.parse('2026-11-27T12:00:00Z');
  const NIGHT = Date.parse('2026-11-27T23:00:00Z');
  const ALARMS = ['Überlast, 5xx > 1 %', 'Throttles'];
  const arn = (name: string) => `arn:aws:cloudwatch:us-east-1:111122223333:alarm:${name}`;

  /** A responder with its incident and its topic. */
  function responder(limits: Partial<Staging> = {}) {
    let record: IncidentRecord | undefined;
    const told: string[] = [];
    let now = NOON;
    let turns = 0;
    const staging: Staging = {
      maxTurns: 3,
      windowSeconds: 86_400,
      coolDownSeconds: 300,
      reopenSeconds: 1_800,
      serviceName: 'checkout',
      alarms: ALARMS,
      now: () => now,
      cloudWatch: {
        send: () => Promise.resolve({ CompositeAlarms: [{ AlarmName: 'Throttles', StateValue: 'OK' }] }),
      } as never,
      topic: {
        arn: 'arn:aws:sns:us-east-1:111122223333:on-call',
        client: {
          send: ({ input }: { input: { Message: string } }) => Promise.resolve(void told.push(input.Message)),
        } as never,
      },
      store: {
        read: () => Promise.resolve(record),
        change: (decide: (before: IncidentRecord | undefined) => { next?: IncidentRecord; result: unknown }) => {
          const { next, result: answer } = decide(record);
          record = next ?? record;
          return Promise.resolve(answer);
        },
      } as never,
      ...limits,
    };
    return {
      told,
      stage: async (alarm: string, state = 'ALARM', at = now) => {
        now = at;
        const fact = { alarmArn: encodeURI(arn(alarm)).replaceAll(',', '%2C'), state };
        return await stageIncident({ turn: turnAbout(fact, `turn-${++turns}`), prompt: [{ text: 'x' }] }, staging);
      },
    };
  }
  const minutes = (count: number) => NOON + count * 60_000;

  test.each<[string, Partial<Staging>, readonly (readonly [string, string, number])[], string[], number]>([
    ['an alarm with spaces and umlauts goes off', {}, [[ALARMS[0], 'ALARM', NOON]], ['goes on'], 0],
    ['a composite alarm goes off', {}, [[ALARMS[1], 'ALARM', NOON]], ['goes on'], 0],
    [
      'two alarms of the service, one incident',
      {},
      [
        [ALARMS[0], 'ALARM', NOON],
        [ALARMS[1], 'ALARM', minutes(1)],
      ],
      ['goes on', 'goes on'],
      0,
    ],
    ['an alarm recovers, and nothing is open', {}, [[ALARMS[0], 'OK', NOON]], ['nothing-to-resume'], 0],
    ['an alarm of another service', {}, [['Cart', 'ALARM', NOON]], ['alarm-unknown'], 0],
    [
      'an alarm that flaps',
      {},
      [
        [ALARMS[0], 'ALARM', NOON],
        [ALARMS[0], 'OK', minutes(1)],
        [ALARMS[0], 'ALARM', minutes(2)],
        [ALARMS[0], 'ALARM', minutes(3)],
      ],
      ['goes on', 'goes on', 'cooling-down', 'cooling-down'],
      1,
    ],
    [
      'an alarm in quiet hours',
      { quietHours: { from: '22:00', to: '06:00', timeZone: 'UTC' } },
      [[ALARMS[0], 'ALARM', NIGHT]],
      ['quiet-hours'],
      1,
    ],
    [
      'a used-up incident, and another alarm',
      { maxTurns: 1 },
      [
        [ALARMS[0], 'ALARM', NOON],
        [ALARMS[0], 'OK', minutes(10)],
        [ALARMS[1], 'ALARM', minutes(11)],
      ],
      ['goes on', 'incident-exhausted', 'goes on'],
      1,
    ],
  ])('%s', async (_what, limits, events, outcomes, messages) => {
    const { stage, told } = responder(limits);
    const answers: string[] = [];
    for (const [alarm, state, at] of events) answers.push(codeOf(await stage(alarm, state, at)));
    expect(answers).toEqual(outcomes);
    expect(told).toHaveLength(messages);
    for (const message of told) expect(message).toContain('No agent looks at it. Please look yourself.');
  });

  test('the name of an alarm stands in the prompt as the guardrail may judge it, and nowhere else', async () => {
    const answer = await responder().stage(ALARMS[0]);
    const parts = answer.accepted ? answer.prompt! : [];
    expect(parts.filter(({ trusted, text }) => trusted && text!.includes('Überlast'))).toEqual([]);
    expect(parts.filter(({ trusted, text }) => !trusted && text!.includes('Überlast'))).not.toEqual([]);
  });
});
