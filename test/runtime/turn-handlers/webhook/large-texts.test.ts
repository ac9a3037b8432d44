import { GITHUB_EVENT_SOURCE } from '../../../../lib/contracts/webhook';
import { checkLimits } from '../../../../local/cloud/limits';
import { pullRequestDetail } from '../../../../runtime/turn-handlers/webhook/github-delivery';

/** GitHub accepts 65,536 characters. An author must not keep a pull request from its review with the text of it. */
const LONGEST = 65_536;

const branch = { ref: 'topic', sha: 'a'.repeat(40), repo: { id: 1, full_name: 'acme/site' } };

function detailOf(text: string) {
  const payload = {
    action: 'opened',
    number: 7,
    repository: { id: 1, full_name: 'acme/site', private: false, default_branch: 'main' },
    sender: { login: 'jo', type: 'User' },
    pull_request: {
      number: 7,
      state: 'open',
      title: text.slice(0, 256),
      body: text,
      html_url: 'https://github.com/acme/site/pull/7',
      author_association: 'MEMBER',
      created_at: '2026-11-28T12:00:00Z',
      updated_at: '2026-11-28T12:00:00Z',
      user: { login: 'jo', type: 'User' },
      head: branch,
      base: branch,
    },
  };
  return pullRequestDetail(payload, 'id', Buffer.from(''))!;
}

test.each([
  ['letters', 'a'],
  ['Chinese', '変'],
  ['emoji', '🦊'],
  ['control characters', '\u0001'],
  ['quotation marks', '"'],
  ['halves of pairs', '\ud83e'],
  ['a letter and emoji', 'a🦊'],
])('a pull request full of %s fits into an event, and most of it is kept', (_, unit) => {
  // An odd number of units first, so that a cut can come inside a pair.
  const text = 'x' + unit.repeat(Math.floor((LONGEST - 1) / unit.length));
  const { body, title } = detailOf(text).pull_request;
  const Detail = JSON.stringify(detailOf(text));
  const entry = { EventBusName: 'bus', Source: GITHUB_EVENT_SOURCE, DetailType: 'Pull Request', Detail };
  expect(() => checkLimits('events:PutEvents', { Entries: [entry] })).not.toThrow();
  expect(text.startsWith(body)).toBe(true);
  expect(body.length).toBeGreaterThan(20_000);
  expect(title.length).toBeGreaterThan(200);
  // A pair is never cut.
  expect(/\p{Cs}/u.test(body)).toBe(/\p{Cs}/u.test(text));
});

test('a short text is passed on as it is', () => {
  expect(detailOf('Fix 🦊\n\u0001').pull_request.body).toBe('Fix 🦊\n\u0001');
});
