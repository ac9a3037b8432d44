/**
 * Text of the agent for a comment. An injected instruction can make a model write anything, so a comment must not
 * notify people, load pictures, contain links or markup, or look like a comment of another author.
 *
 * Neither backslashes nor entities are used: how CodeCommit renders them is not documented. Markup is broken with a
 * zero-width space instead, which no renderer shows.
 */
const BREAK = '\u200b';

/** Invisible or misleading characters. Line feeds and tabs are kept. */
const INVISIBLE =
  /(?![\n\t])[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u034F\u115F\u1160\u17B4\u17B5\u2800\u3164\uFE00-\uFE0F\uFFA0\u{E0100}-\u{E01EF}]/gu;

/** The break is inserted at the end of each match. */
const BREAKS: readonly RegExp[] = [
  // Mentions of people and teams, e-mail addresses.
  /@(?=[\p{L}\p{N}_-])/gu,
  // References to issues and pull requests.
  /#(?=\d)/g,
  /GH(?=-\d)/gi,
  // HTML, comments (our own marks among them), and addresses in angle brackets.
  /<(?=[a-z/!?])/gi,
  // Entities, which would be decoded to one of the above.
  /&(?=[a-z#])/gi,
  // Links, pictures, footnotes and definitions.
  /\](?=[([:])/g,
  // URLs: they stay readable as text.
  /:(?=\/\/)/g,
  /www(?=\.)/gi,
  // Commands to bots at the beginning of a line.
  /^[ \t]*(?=\/[a-z])/gim,
];

/** Prose of several lines. Fenced code in it gets new fences, so that no fence stays open. */
export function plainMarkdown(text: string): string {
  const lines: string[] = [];
  let code: string[] | undefined;
  for (const line of visible(text).split('\n')) {
    const fence = /^ {0,3}(```|~~~)/.test(line);
    if (code) {
      if (fence) {
        lines.push(fencedCode(code.join('\n')));
        code = undefined;
      } else {
        code.push(line);
      }
    } else if (fence) {
      code = [];
    } else {
      lines.push(inert(line.replace(/`{3,}|~{3,}/g, (run) => run.slice(0, 1))));
    }
  }
  if (code) lines.push(fencedCode(code.join('\n')));
  return lines.join('\n').trim();
}

/** A short text on one line. */
export function plainLine(text: string, most: number): string {
  const line = visible(text).replace(/\s+/g, ' ').replace(/[`|]/g, "'").trim();
  return inert(line.length > most ? `${line.slice(0, most - 1)}…` : line);
}

/** A file name as code on one line. */
export function codeName(name: string): string {
  return `\`${plainLine(name, 300)}\``;
}

/** Code, verbatim, in a fence that nothing in it can end. */
export function fencedCode(code: string): string {
  const content = visible(code);
  const longest = Math.max(2, ...[...content.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${content}\n${fence}`;
}

function visible(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(INVISIBLE, '');
}

function inert(text: string): string {
  return BREAKS.reduce((result, pattern) => result.replace(pattern, (found) => found + BREAK), text);
}
