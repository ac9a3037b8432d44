/** Patterns as automata over tokens: whether two of them can match the same text, and whether one is inside another. */
import { type HoleToken, isHole, isStar, isWild, type Token, type Wild } from './pattern-tokens';

/**
 * `yes`: true for every value of the holes. `no`: impossible for every value of the holes. `maybe`: it depends on
 * them, or it was too large to decide.
 */
export type Verdict = 'yes' | 'no' | 'maybe';

/**
 * A character that stands for all characters that no text contains. Wildcards can match it; the value of a hole can't
 * contain it.
 */
export const FRESH = '\uFFFF';

/** Above this number of states a question is answered with `maybe`. */
const STATE_LIMIT = 20_000;

export function sameAtom(x: Token, y: Token): boolean {
  return x === y || (isHole(x) && isHole(y) && x.hole.key === y.hole.key);
}

/**
 * Pairs of positions that `meetInProduct` has visited. The array is reused, because a new one costs more than a short
 * comparison.
 */
let seenPairs = new Uint8Array(1024);
const pairs: number[] = [];

/** Whether there is a text that both match. A hole is a letter of its own. */
export function meet(a: readonly Token[], b: readonly Token[]): boolean {
  if (!a.some(isWild) && hasOpenStars(b)) {
    return isMatched(a, b);
  }
  return !b.some(isWild) && hasOpenStars(a) ? isMatched(b, a) : meetInProduct(a, b);
}

/** Whether every star of a pattern matches anything. Then only the last star has to be tried again. */
function hasOpenStars(pattern: readonly Token[]): boolean {
  return pattern.every((token) => !isStar(token) || (token.excludes === '' && !token.widened));
}

/** Whether a pattern matches a text without wildcards. Nearly every comparison is one with an ARN. */
function isMatched(text: readonly Token[], pattern: readonly Token[]): boolean {
  let at = 0;
  let tried = 0;
  let star: number | undefined;
  for (let next = 0; next < text.length;) {
    const token = pattern[at];
    if (isStar(token)) {
      star = at;
      tried = next;
      at += 1;
    } else if (token !== undefined && haveCommonLetter(text[next], token)) {
      at += 1;
      next += 1;
    } else if (star === undefined) {
      return false;
    } else {
      at = star + 1;
      tried += 1;
      next = tried;
    }
  }
  while (isStar(pattern[at])) {
    at += 1;
  }
  return at === pattern.length;
}

/** The product of two automata. */
function meetInProduct(a: readonly Token[], b: readonly Token[]): boolean {
  const width = b.length + 1;
  const size = (a.length + 1) * width;
  if (seenPairs.length < size) {
    seenPairs = new Uint8Array(size * 2);
  } else {
    seenPairs.fill(0, 0, size);
  }
  pairs.length = 0;
  pairs.push(0);
  for (let state = pairs.pop(); state !== undefined; state = pairs.pop()) {
    const j = state % width;
    const i = (state - j) / width;
    if (i === a.length && j === b.length) {
      return true;
    }
    const x = a[i];
    const y = b[j];
    const starX = isStar(x);
    const starY = isStar(y);
    if (starX) {
      visitPair(state + width);
    }
    if (starY) {
      visitPair(state + 1);
    }
    if (i < a.length && j < b.length && haveCommonLetter(x, y)) {
      visitPair(state + (starX ? 0 : width) + (starY ? 0 : 1));
    }
  }
  return false;
}

function visitPair(state: number): void {
  if (!seenPairs[state]) {
    seenPairs[state] = 1;
    pairs.push(state);
  }
}

function haveCommonLetter(x: Token, y: Token): boolean {
  if (isWild(x)) {
    return isWild(y) || contains(x, y);
  }
  return isWild(y) ? contains(y, x) : sameAtom(x, y);
}

/** Whether a wildcard can match a character or a hole. */
function contains(wild: Wild, token: string | HoleToken): boolean {
  if (typeof token === 'string') {
    return !wild.excludes.includes(token) && !(token === FRESH && wild.widened);
  }
  // A hole has an unknown length.
  return wild.wild === '*' && [...wild.excludes].every((letter) => token.hole.excludes.includes(letter));
}

/**
 * Whether all texts of `a` are texts of `b`: The tokens of `a` are followed with the set of positions that `b` can be
 * at. The result is exact without holes. With holes, `no` isn't proven.
 */
export function isWithin(a: readonly Token[], b: readonly Token[]): Verdict {
  const letters = [
    ...new Set([...b, ...b.flatMap((token) => (isWild(token) ? [...token.excludes] : [])), FRESH]),
  ].filter((token): token is string => typeof token === 'string');
  const seen = new Set<string>();
  const stack: [number, readonly number[]][] = [];
  const visit = (i: number, places: readonly number[]): void => {
    const state = `${i} ${places.join()}`;
    if (!seen.has(state)) {
      seen.add(state);
      stack.push([i, places]);
    }
  };
  visit(0, closed(b, [0]));
  for (let state = stack.pop(); state; state = stack.pop()) {
    const [i, places] = state;
    if (places.length === 0 || (i === a.length && !places.includes(b.length))) {
      return 'no';
    }
    if (seen.size > STATE_LIMIT) {
      return 'maybe';
    }
    if (i === a.length) {
      continue;
    }
    const token = a[i];
    if (!isWild(token)) {
      visit(i + 1, after(b, places, token));
      continue;
    }
    if (token.wild === '*') {
      visit(i + 1, places);
    }
    for (const letter of letters) {
      if (!token.excludes.includes(letter)) {
        visit(token.wild === '*' ? i : i + 1, after(b, places, letter));
      }
    }
  }
  return 'yes';
}

/** The positions after a letter or a hole. */
function after(b: readonly Token[], places: readonly number[], letter: string | HoleToken): readonly number[] {
  const next = places.flatMap((place) => {
    const token = b[place];
    if (token === undefined || !(isWild(token) ? contains(token, letter) : sameAtom(token, letter))) {
      return [];
    }
    return [isStar(token) ? place : place + 1];
  });
  return closed(b, next);
}

/** The positions, and those that follow them by skipping a star, in order. */
function closed(b: readonly Token[], places: readonly number[]): readonly number[] {
  const all = new Set<number>();
  for (let place of places) {
    all.add(place);
    while (isStar(b[place])) {
      all.add(++place);
    }
  }
  return [...all].sort((x, y) => x - y);
}

/** The tokens with every hole replaced by a wildcard for all that it could contain. */
export function widened(tokens: readonly Token[]): Token[] {
  return tokens.map((token) => (isHole(token) ? { wild: '*', excludes: token.hole.excludes, widened: true } : token));
}
