import { spawnSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import fc from '../../../fast-check';
import { diffLines } from '../../../../runtime/turn-handlers/pull-request/line-diff';
import { pathMatcher } from '../../../../runtime/turn-handlers/pull-request/path-patterns';
import { patchHunks } from '../../../../runtime/turn-handlers/pull-request/patch-hunks';
import {
  codeName,
  fencedCode,
  plainLine,
  plainMarkdown,
} from '../../../../runtime/turn-handlers/pull-request/plain-markdown';

const BREAK = '\u200b';

describe('text of a model', () => {
  test.each([
    ['a mention', 'ask @octocat or @org/team', `ask @${BREAK}octocat or @${BREAK}org/team`],
    ['an issue', 'fixes #12, GH-7, a/b#3', `fixes #${BREAK}12, GH${BREAK}-7, a/b#${BREAK}3`],
    ['HTML', '<img src=x onerror=y></details>', `<${BREAK}img src=x onerror=y><${BREAK}/details>`],
    ['a comment that forges a mark', '<!-- bma-review agent=a -->', `<${BREAK}!-- bma-review agent=a -->`],
    ['an entity', '&#64;octocat &lt;b&gt;', `&${BREAK}#${BREAK}64;octocat &${BREAK}lt;b&${BREAK}gt;`],
    ['a picture', '![x](https://evil.example/a.png)', `![x]${BREAK}(https:${BREAK}//evil.example/a.png)`],
    [
      'a link by reference',
      '[x][y]\n[y]: https://evil.example',
      `[x]${BREAK}[y]\n[y]${BREAK}: https:${BREAK}//evil.example`,
    ],
    ['a bare address', 'see www.evil.example', `see www${BREAK}.evil.example`],
    ['an address in brackets', '<https://evil.example>', `<${BREAK}https:${BREAK}//evil.example>`],
    ['an e-mail address', 'mail a@b.example', `mail a@${BREAK}b.example`],
    ['a command to a bot', 'fine\n/merge now', `fine\n${BREAK}/merge now`],
    ['what nobody sees', 'a\u202eb\u200bc\u{e0041}d\u0007e', 'abcde'],
  ])('holds no %s', (_, text, plain) => {
    expect(plainMarkdown(text)).toBe(plain);
  });

  test('keeps what is harmless', () => {
    const text = 'Use `Math.round`:\n\n- **first** a < b && c > d\n- second, 5 #notanumber a[0] x: y';
    expect(plainMarkdown(text)).toBe(text);
  });

  test('a fence that stays open ends with the text, and none inside ends it', () => {
    expect(plainMarkdown('see\n```js\n<b> @x')).toBe('see\n```\n<b> @x\n```');
    expect(fencedCode('a\n````\nb')).toBe('`````\na\n````\nb\n`````');
    expect(plainMarkdown('a ``` b')).toBe('a ` b');
  });

  test('names stay one piece of code on one line', () => {
    expect(codeName('a`b\n# c|d')).toBe("`a'b # c'd`");
    expect(plainLine('x'.repeat(50), 10)).toBe(`${'x'.repeat(9)}…`);
  });

  test('outside of fences no pattern survives, whatever the text', () => {
    const piece = fc.constantFrom(
      '@',
      'a',
      '#',
      '1',
      '<',
      '/',
      '!',
      '[',
      ']',
      '(',
      ')',
      ':',
      '&',
      ';',
      '`',
      '```',
      '\n',
      ' ',
      'www.',
      'https://',
      '\\',
      '~~~',
      '\u200b',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
        (text) => {
          const plain = plainMarkdown(text);
          const prose = plain.replace(/^(`{3,})\n[\s\S]*?\n\1$/gm, '');
          expect(prose).not.toMatch(/@[\w-]|#\d|<[a-z/!?]|&[a-z#]|\][([:]|:\/\/|www\.|^\/[a-z]/im);
          expect(prose).not.toMatch(/`{3}|~{3}/);
        },
      ),
    );
  });
});

describe('the difference of two texts', () => {
  /** The most lines that two texts can keep, by the textbook table. */
  function longestCommon(old: readonly string[], fresh: readonly string[]): number {
    let row = new Array<number>(fresh.length + 1).fill(0);
    for (const line of old) {
      const next = [0];
      fresh.forEach((other, i) => next.push(line === other ? row[i] + 1 : Math.max(row[i + 1], next[i])));
      row = next;
    }
    return row[fresh.length];
  }

  test('is the shortest one, and every line that is new lies in a hunk', () => {
    const side = (last: string) => fc.array(fc.constantFrom('a', 'b', 'c', last), { maxLength: 40 });
    const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
    fc.assert(
      fc.property(side('old'), side('new'), (old, fresh) => {
        const { hunks, addedLines, removedLines, size } = diffLines(text(old), text(fresh));
        const kept = longestCommon(old, fresh);
        expect([addedLines, removedLines]).toEqual([fresh.length - kept, old.length - kept]);
        expect(size >= 2 * (addedLines + removedLines)).toBe(true);
        const shown = new Set(hunks.flatMap(({ start, lines }) => Array.from({ length: lines }, (_, i) => start + i)));
        fresh.forEach((line, i) => expect(line !== 'new' || shown.has(i + 1)).toBe(true));
        expect([...shown].every((line) => line >= 1 && line <= fresh.length)).toBe(true);
      }),
    );
  });

  test('has the hunks that git shows', () => {
    const old = Array.from({ length: 30 }, (_, i) => `line ${i + 1}`);
    const fresh = [...old];
    fresh.splice(19, 1);
    fresh[24] = 'changed';
    fresh.splice(4, 0, 'added');
    const directory = mkdtempSync(path.join(tmpdir(), 'difference-'));
    const file = (name: string, lines: string[]) => {
      const text = lines.map((line) => `${line}\n`).join('');
      writeFileSync(path.join(directory, name), text);
      return text;
    };
    const { hunks } = diffLines(file('old', old), file('new', fresh));
    const patch = spawnSync('git', ['diff', '--no-index', 'old', 'new'], { cwd: directory }).stdout.toString();
    rmSync(directory, { recursive: true });
    expect(hunks).toEqual(patchHunks(patch));
    expect(hunks).toHaveLength(2);
  });

  test('beyond a thousand edits, all between the equal ends counts as changed', () => {
    const old = Array.from({ length: 3_000 }, (_, i) => `old ${i}\n`).join('');
    const fresh = Array.from({ length: 3_000 }, (_, i) => (i % 2 ? `old ${i}\n` : `new ${i}\n`)).join('');
    expect(diffLines(`same\n${old}end\n`, `same\n${fresh}end\n`)).toMatchObject({
      hunks: [{ start: 1, lines: 3_002 }],
      addedLines: 2_999,
    });
  });
});

test.each([
  [
    '**/package-lock.json',
    ['package-lock.json', 'a/b/package-lock.json'],
    ['package-lock.json.bak', 'my-package-lock.json'],
  ],
  ['docs/**', ['docs/a', 'docs/a/b.md'], ['docs', 'adocs/a']],
  ['src/*.ts', ['src/a.ts'], ['src/a/b.ts', 'src/ats']],
  ['a?c.(x)+', ['abc.(x)+'], ['ac.(x)+', 'a/c.(x)+', 'abcx']],
  ['**', ['a', 'a/b', 'line\nbreak'], []],
  ['a/**/b', ['a/b', 'a/x/y/b'], ['a/xb']],
])('the pattern %s', (pattern, inside, outside) => {
  const matches = pathMatcher([pattern]);
  expect([inside.map(matches), outside.map(matches)]).toEqual([inside.map(() => true), outside.map(() => false)]);
});

test('a hostile path does not hold the matcher up', () => {
  const matches = pathMatcher(['**/a*a*a*a*/**/*.snap', '**/*.min.js']);
  const begin = performance.now();
  matches(`${'a/'.repeat(500)}${'a'.repeat(200)}!`);
  expect(performance.now() - begin).toBeLessThan(5_000);
});
