/** Name and description of a skill, or the problem of its front matter. */
export type FrontMatter =
  { readonly name: string; readonly description: string } | { readonly problem: string; readonly fix: string };

/**
 * Reads the two members of the front matter that every skill has. It supports only the YAML that skills use: plain and
 * quoted strings, and block strings after `>` or `|`. Other members are ignored.
 */
export function readFrontMatter(text: string): FrontMatter {
  const block = /^---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text);
  if (!block) {
    return { problem: 'a file without front matter', fix: "begin it with '---', name, description and '---'" };
  }
  const members = new Map<string, string>();
  for (const [, key, rest] of block[1].matchAll(/^([A-Za-z][\w-]*):(.*(?:\r?\n(?:[ \t].*|[ \t]*$))*)/gm)) {
    if (members.has(key)) return { problem: `a second '${key}'`, fix: 'remove it' };
    members.set(key, rest);
  }
  for (const key of ['name', 'description']) {
    if (!members.has(key)) return { problem: `a front matter without '${key}'`, fix: `add '${key}: …'` };
  }
  const name = scalar(members.get('name')!);
  const description = scalar(members.get('description')!);
  if (name === undefined || description === undefined) {
    return {
      problem: 'a form of YAML that is not read here',
      fix: 'write the texts plainly or in quotes, without anchors, tags, lists and mappings',
    };
  }
  return { name, description };
}

/** The text of a YAML scalar, or undefined if it is (or may be) something else. */
function scalar(source: string): string | undefined {
  const [first, ...following] = source.split(/\r?\n/);
  const head = first.trim();
  const lines = following.map((line) => line.trim());
  if (/^[>|][+-]?$/.test(head)) return lines.join(head.startsWith('>') ? ' ' : '\n').trim();
  const whole = [head, ...lines].join(' ').trim();
  const quoted = /^'((?:[^']|'')*)'$/.exec(whole);
  if (quoted) return quoted[1].replaceAll("''", "'");
  if (whole.startsWith('"')) return doubleQuoted(whole);
  // Plain strings can't begin with an indicator, or contain ': ' or a comment.
  return /^[-?:,[\]{}#&*!|>'%@`]/.test(whole) || /: |\s#|:$/.test(whole) ? undefined : whole;
}

function doubleQuoted(whole: string): string | undefined {
  try {
    const value: unknown = JSON.parse(whole);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
