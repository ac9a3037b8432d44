import { statementFiles } from '../../../analysis/statement/files';
import { statementHtml } from '../../../analysis/statement/html';
import { code } from '../../../lib/contracts/untrusted-text';
import { statementMarkdown } from '../../../analysis/statement/markdown';
import { diffStatements } from '../../../analysis/statement/diff';
import { diffMarkdown, diffText } from '../../../analysis/statement/diff-markdown';
import { pictureSvg } from '../../../analysis/drawing/picture';
import { wrapped } from '../../../analysis/drawing/wrapped-text';
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

test('the picture has a title and says in words what it shows', () => {
  const svg = pictureSvg(plain, 'across');
  expect(svg).toMatch(/role="img" aria-labelledby="picture-across-title picture-across-desc"/);
  expect(svg).toMatch(/<title id="picture-across-title">The reach of the agent Helper<\/title>/);
  expect(svg).toMatch(
    /<desc[^>]*>.*Who can start it\. Triggers: Hand#Rule \(EventBridge rule\).*Ways out: none in the app/,
  );
});

test('warnings and denials have a sign of their own beside their colour', () => {
  const open = statementFrom(
    changed((all) => (all.Runtime.Properties.NetworkConfiguration = { NetworkMode: 'PUBLIC' })),
  );
  const row = (svg: string, mark: string) => svg.split('<g class="row ').filter((part) => part.startsWith(mark));
  expect(row(pictureSvg(open, 'across'), 'warn').every((part) => part.includes('class="sign"'))).toBe(true);
  expect(row(pictureSvg(open, 'across'), 'warn').join()).toMatch(/reaches any address/);
  expect(row(pictureSvg(plain, 'across'), 'never').join()).toMatch(/class="sign".*none in the app/);
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
  test.each(['across', 'down'] as const)(
    '%s: no row overlaps another, no text leaves its row, nothing leaves the view',
    (direction) => {
      const svg = pictureSvg(statement, direction);
      const [left, top, width, height] = /viewBox="([^"]*)"/.exec(svg)![1].split(' ').map(Number);
      for (const panel of svg.split('<g transform="translate(').slice(1)) {
        const [x, y] = /^([\d.-]+) ([\d.-]+)/.exec(panel)!.slice(1).map(Number);
        const frame = numbers(/<rect class="panel" width="([\d.]+)" height="([\d.]+)"/.exec(panel)!);
        expect(x + frame[0]).toBeLessThanOrEqual(left + width);
        expect(y + frame[1]).toBeLessThanOrEqual(top + height);
        let bottom = 0;
        for (const row of panel
          .split('<g class="row ')
          .slice(1)
          .map((part) => part.split('</g>')[0])) {
          const [rowX, rowY, rowWidth, rowHeight] = numbers(
            /<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/.exec(row)!,
          );
          expect(rowY).toBeGreaterThanOrEqual(bottom);
          bottom = rowY + rowHeight;
          expect(bottom).toBeLessThanOrEqual(frame[1]);
          for (const [, textX, textY, text] of row.matchAll(
            /<text class="(?:name|note)" x="([\d.]+)" y="([\d.]+)">([^<]*)</g,
          )) {
            expect(Number(textX) + columns(text) * 6.7).toBeLessThanOrEqual(rowX + rowWidth);
            expect(Number(textY)).toBeGreaterThan(rowY);
            expect(Number(textY)).toBeLessThan(bottom);
          }
        }
      }
      expect(top).toBeLessThan(0);
    },
  );
});

const numbers = (match: RegExpExecArray) => match.slice(1).map(Number);

function columns(text: string): number {
  const shown = text.replace(/&[a-z#0-9]+;/g, '_');
  return [...shown].reduce((sum, character) => sum + (character.codePointAt(0)! > 0x2e80 ? 2 : 1), 0);
}

test('text is cut after a separator, and what does not fit is an ellipsis', () => {
  expect(wrapped('CiPipelineAgent/Reviewer/SessionRole', 26, 3)).toEqual(['CiPipelineAgent/Reviewer/', 'SessionRole']);
  expect(wrapped('abcdefghijkl', 5, 2)).toEqual(['abcde', 'fghi…']);
});
