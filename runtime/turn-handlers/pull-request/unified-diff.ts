import type { LineRange } from '../../../lib/contracts/review';
import { patchHunks } from './patch-hunks';

/** One file of a unified diff. */
export interface DiffSection {
  /** git printed no text of it. */
  readonly binary: boolean;
  readonly hunks: readonly LineRange[];
}

/**
 * The files of a unified diff as git writes it, by the name that they have after the change, or had before they were
 * removed. Format: git-scm.com/docs/diff-format
 */
export function diffSections(diff: string): Map<string, DiffSection> {
  const sections = new Map<string, DiffSection>();
  for (const section of diff.split(/^(?=diff --git )/m)) {
    const end = section.search(/^@@ /m);
    const header = end === -1 ? section : section.slice(0, end);
    const name = nameIn(header);
    if (name === undefined) continue;
    const binary = /^(?:Binary files .* differ|GIT binary patch)$/m.test(header);
    sections.set(name, { binary, hunks: end === -1 ? [] : patchHunks(section.slice(end)) });
  }
  return sections;
}

/** The same diff without some files. */
export function diffWithout(diff: string, isLeftOut: (file: string) => boolean): string {
  return diff
    .split(/^(?=diff --git )/m)
    .filter((section) => {
      const end = section.search(/^@@ /m);
      const name = nameIn(end === -1 ? section : section.slice(0, end));
      return name === undefined || !isLeftOut(name);
    })
    .join('');
}

function nameIn(header: string): string | undefined {
  const line = (form: RegExp): string | undefined => {
    const found = form.exec(header)?.[1];
    return found === undefined || found === '/dev/null' ? undefined : unquoted(found);
  };
  const withoutSide = (name: string | undefined): string | undefined => name?.replace(/^[ab]\//, '');
  return (
    line(/^rename to (.+)$/m) ??
    line(/^copy to (.+)$/m) ??
    withoutSide(line(/^\+\+\+ (.+?)\t?$/m)) ??
    withoutSide(line(/^--- (.+?)\t?$/m)) ??
    // Binary files, empty files and mode changes have no such lines, and the same name on both sides.
    sameOnBothSides(/^diff --git (.+)$/m.exec(header)?.[1])
  );
}

function sameOnBothSides(names: string | undefined): string | undefined {
  if (names === undefined) return undefined;
  const quoted = /^("(?:[^"\\]|\\.)*") "/.exec(names)?.[1];
  if (quoted !== undefined) return unquoted(quoted).slice(2);
  // `a/NAME b/NAME`: NAME may hold spaces, so it is found by its length.
  const length = (names.length - 5) / 2;
  const name = names.slice(2, 2 + length);
  return names === `a/${name} b/${name}` ? name : undefined;
}

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92 };

/** git quotes names with unusual characters as C does, byte by byte. */
function unquoted(name: string): string {
  if (!name.startsWith('"')) return name;
  const bytes: number[] = [];
  for (const [, octal, escaped, plain] of name.slice(1, -1).matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/g)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (escaped !== undefined) bytes.push(ESCAPES[escaped] ?? escaped.charCodeAt(0));
    else bytes.push(...Buffer.from(plain));
  }
  return Buffer.from(bytes).toString('utf8');
}
