import { statementFiles } from '../../../analysis/statement/files';
import { statementHtml } from '../../../analysis/statement/html';
import { code } from '../../../lib/contracts/untrusted-text';
import { statementMarkdown } from '../../../analysis/statement/markdown';
import { diffStatements } from '../../../analysis/statement/diff';
import { diffMarkdown, diffText } from '../../../analysis/statement/diff-markdown';
import { pictureSvg } from '../../../analysis/drawing/picture';
import { linesOf, textWidth } from '../../../analysis/drawing/text-width';
import { problemsOf } from '../drawing/svg-geometry';
import { shortStatement } from '../../../analysis/statement/terminal';
import type { Statement } from '../../../analysis/statement/statement';
import { changed, handWritten, statementFrom } from './hand-written';

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onload='alert(1)",
  '</title></svg><svg onload=alert(1)>',
  '&lt;b&gt; &amp;',
  '`code` ```fence``` ``',
  '[link](javascript:alert(1)) ![x](http://example.com/x.png)',
  'a | b\n\n# heading\n- item @someone #1',
  '\u001b[31mred\u001b[0m\u0007',
  'user\u202egnp.exe\u2066\u200b',
  '${jndi:ldap://x} {{template}} <!-- -->',
  'https://example.com/x <https://example.com>',
];

/** Puts a text in place of every name of a statement. */
function poisoned(value: unknown, text: string, path = ''): unknown {
  if (typeof value === 'string') {
    const fixed = /\.(format|effect|outcome|purpose|mode|direction|may|access|by|type|ports|limits)(\.\d+)?$/;
    return fixed.test(path) ? value : `${value}${text}`;
  }
  if (Array.isArray(value)) {
    return value.map((element, index) => poisoned(element, text, `${path}.${index}`));
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, poisoned(member, text, `${path}.${key}`)]))
    : value;
}

const plain = statementFrom(handWritten());

describe.each(HOSTILE)('with the name %j', (text) => {
  const statement = poisoned(plain, text) as Statement;

  test('the page has the elements and attributes of an ordinary page, no other', () => {
    const shape = (page: string) =>
      new Set([...page.matchAll(/<([a-z!/][a-z0-9]*)|\s([a-z-]+)="/gi)].map(([found]) => found));
    expect([...shape(statementHtml(statement))].filter((part) => !shape(statementHtml(plain)).has(part))).toEqual([]);
  });

  test('the Markdown has the name in code spans only', () => {
    for (const page of [statementMarkdown(statement), diffMarkdown(diffStatements([plain], [statement]))]) {
      const outside = withoutCodeSpans(page);
      for (const part of ['alert', 'example.com', '@someone', 'jndi', '\u202e', '\u001b']) {
        expect(outside).not.toContain(part);
      }
    }
  });

  test('the terminal gets no control characters', () => {
    const style = { title: String, good: String, name: String, faint: String, bad: String };
    const shown = [...shortStatement(statement, style), ...diffText(diffStatements([plain], [statement])).split('\n')];
    expect(shown.filter((line) => /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(line))).toEqual([]);
  });

  test('file names lead nowhere', () => {
    const names = statementFiles([statement, { ...statement }]).map(({ name }) => name);
    expect(names.filter((name) => !/^[A-Za-z0-9_-]+\.(json|md|html)$/.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(6);
  });
});

/** What CommonMark would not put into code spans: a span ends at a run of backticks as long as the one it began with. */
function withoutCodeSpans(markdown: string): string {
  let outside = '';
  for (let at = 0; at < markdown.length;) {
    const [run] = /^`+/.exec(markdown.slice(at)) ?? [''];
    if (!run) {
      outside += markdown[at];
      at += 1;
      continue;
    }
    const rest = markdown.slice(at + run.length);
    const end = [...rest.matchAll(/`+/g)].find(([found]) => found.length === run.length);
    at += end ? 2 * run.length + end.index : run.length;
  }
  return outside;
}

test.each([
  ['a', '`a`'],
  ['a`b', '``a`b``'],
  ['`', '`` ` ``'],
  ['', '` `'],
  ['a\nb', '`a\\u{a}b`'],
])('%j in a code span is %s', (text, span) => {
  expect(code(text)).toBe(span);
});

test('the page needs nothing from outside and runs nothing', () => {
  const page = statementHtml(plain);
  expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  expect(page.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(
    /<script|<link|<img|<iframe|@import|url\(|https?:[^"]*\.(js|css|woff)|\son[a-z]+=/i,
  );
  expect([...page.matchAll(/(?:src|href)=/g)]).toEqual([]);
});

const picture = (statement: Statement, width = 960) =>
  pictureSvg([statement], { title: `Reach of ${statement.agent.name}`, width, id: 'wide', shownIn: 'page' });

test('the picture has a title and says in words what it shows', () => {
  const svg = picture(plain);
  expect(svg).toMatch(/role="img" aria-labelledby="wide-title wide-desc"/);
  expect(svg).toMatch(/<title id="wide-title">Reach of Helper<\/title>/);
  expect(svg).toMatch(/<desc[^>]*>Helper starts on: .*Session of the agent.*VPC: no route to the internet/);
});

test('warnings and denials have a sign of their own next to their colour', () => {
  const open = statementFrom(
    changed((all) => (all.Runtime.Properties.NetworkConfiguration = { NetworkMode: 'PUBLIC' })),
  );
  const marked = (svg: string, mark: string) =>
    [...svg.matchAll(new RegExp(`<text class="[^"]*\\b${mark}"[^>]*>([^<]*)<`, 'g'))].map(([, text]) => text).join(' ');
  expect(marked(picture(open), 'warn')).toMatch(/△ way out: public mode: the Runtime reaches any address/);
  expect(marked(picture(open), 'warn')).toMatch(/△ Network mode PUBLIC/);
  const denied = statementFrom(
    changed((all) =>
      all.ExecutionRole.Properties.Policies[0].PolicyDocument.Statement.push({
        Effect: 'Deny',
        Action: 'kms:*',
        Resource: '*',
      }),
    ),
  );
  expect(marked(picture(denied), 'never')).toMatch(/⊘ never: .*kms:\*/);
});

/** Statements that strain the drawing: nothing known, long names, wide characters, many of everything. */
const STRAINED: [string, Statement][] = [
  ['the hand-written agent', plain],
  ['long names without a place to break', poisoned(plain, 'x'.repeat(300)) as Statement],
  ['long names of wide characters', poisoned(plain, '審査員🤖'.repeat(40)) as Statement],
  [
    'more rows than there is place for',
    { ...plain, stores: Array.from({ length: 60 }, (_, index) => ({ ...plain.stores[0], name: `bucket-${index}` })) },
  ],
  ['nothing known', { ...plain, models: [], roles: [], starters: [], triggers: [], stores: [], bounds: [] }],
];

describe.each(STRAINED)('the picture of %s', (_, statement) => {
  test.each([960, 400])('of %d pixels: no text meets another or leaves its box, nothing leaves the view', (width) => {
    const svg = picture(statement, width);
    expect(problemsOf(svg.replace(/(?<=<svg[^>]*>)/, `<rect x="0" y="0" width="${width}" height="100000"/>`))).toEqual(
      [],
    );
  });
});

test('text is cut between words, in a long name after a separator, in a long identifier before a capital letter', () => {
  const lines = (text: string, of: string, most = 3) => linesOf(text, textWidth(of, 10), 10, false, most);
  expect(lines('reads CiPipelineAgent/Reviewer', 'reads CiPipelineAgent/')).toEqual([
    'reads CiPipelineAgent/',
    'Reviewer',
  ]);
  expect(lines('model openai.gpt-5.6-luna', 'openai.gpt-5.6-luna')).toEqual(['model', 'openai.gpt-5.6-luna']);
  expect(lines('UnexpectedSessionRoleUse', 'UnexpectedSessionR')).toEqual(['UnexpectedSession', 'RoleUse']);
  expect(lines('abcdefghijkl', 'abcde', 2)).toEqual(['abcde', 'fghi…']);
});

test('the page, the Markdown and the terminal say who outside of the app has access, and what the access is', () => {
  const open = statementFrom(
    changed((all) => {
      all.Key.Properties.KeyPolicy = {
        Statement: [{ Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' }],
      };
    }),
  );
  const plain = (text: string) => text;
  const style = { title: plain, good: plain, name: plain, faint: plain, bad: plain };
  expect(statementMarkdown(open)).toContain('**`everybody`** `may kms:*` on `Hand#Key` (`AWS::KMS::Key`)');
  expect(statementHtml(open)).toMatch(/others have access to its stores or keys[\s\S]*<code>everybody<\/code>/);
  expect(shortStatement(open, style).join('\n')).toMatch(/From outside +everybody may kms:\* on Hand#Key/);
  expect(statementHtml(statementFrom(handWritten()))).not.toContain('others have access');
});

test('an endpoint policy is shown with its resources, principals, conditions and denials', () => {
  const found = statementFrom(
    changed((all) =>
      all.Endpoint.Properties.PolicyDocument.Statement.push(
        { Effect: 'Deny', Principal: '*', Action: 'bedrock-mantle:CallWithBearerToken', Resource: '*' },
        { Effect: 'Allow', Principal: '*', Action: 's3:PutObject', Resource: ['arn:aws:s3:::a/*', 'arn:aws:s3:::b/*'] },
      ),
    ),
  );
  const markdown = statementMarkdown(found);
  expect(markdown).toContain(
    'allows `bedrock-mantle:ConnectEnvironment` on everything for `everybody` only if `aws:PrincipalAccount is 111122223333`',
  );
  expect(markdown).toContain('allows `s3:PutObject` on `arn:aws:s3:::a/*`, `arn:aws:s3:::b/*` for `everybody`');
  expect(markdown).toContain('**never** `bedrock-mantle:CallWithBearerToken` on everything');
  const page = statementHtml(found).replace(/<[^>]*>/g, '');
  expect(page).toContain('on everything for everybody only if aws:PrincipalAccount is 111122223333');
  expect(page).toContain('⊘ never bedrock-mantle:CallWithBearerToken on everything for everybody');
});

test('a network that is not all in the app has no sign that says it has no way out', () => {
  const plain = (text: string) => text;
  const style = { title: plain, good: plain, name: plain, faint: plain, bad: plain };
  const found = statementFrom(
    changed((all) => (all.Runtime.Properties.NetworkConfiguration.NetworkModeConfig.Subnets = ['subnet-1'])),
  );
  expect(found.unknown.map(({ where }) => where)).toContain('network');
  expect(statementHtml(found)).toContain('△</span> its network is not all in the app');
  expect(statementHtml(found)).not.toContain('no route out of its network in the app');
  expect(shortStatement(found, style).join('\n')).toContain('not all of its network is in the app');
});

test('a trail that is switched off, and what the terminal leaves out, are said', () => {
  const plain = (text: string) => text;
  const style = { title: plain, good: plain, name: plain, faint: plain, bad: plain };
  const off = statementFrom(changed((all) => (all.Trail.Properties.IsLogging = false)));
  expect(statementMarkdown(off)).toContain('**records nothing: it is not switched on**');
  expect(statementHtml(off)).toContain('△ records nothing: it is not switched on');
  expect(shortStatement(off, style).join('\n')).toMatch(/Trail +audit: records nothing/);
  const statement = statementFrom(handWritten());
  const starters = Array.from({ length: 20 }, (_, index) => ({
    principal: `role-${index}`,
    assumedBy: [],
    may: ['start sessions' as const],
  }));
  expect(shortStatement({ ...statement, triggers: [], starters }, style).join('\n')).toContain(
    'and 12 more in the security statement',
  );
});
