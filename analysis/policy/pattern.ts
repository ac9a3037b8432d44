import type { Hole, Text } from '../model/text';
import {
  beginDifferently,
  hasSpecial,
  type HoleToken,
  isHole,
  isStar,
  isWild,
  type Matching,
  type Token,
  type Tokens,
  tokensOf,
  type Wild,
} from './pattern-tokens';

export type { Matching };

/**
 * `yes`: true for every value of the holes. `no`: impossible for every value of the holes. `maybe`: it depends on
 * them, or it was too large to decide.
 */
export type Verdict = 'yes' | 'no' | 'maybe';

/**
 * A character that stands for all characters that no text contains. Wildcards can match it; the value of a hole can't
 * contain it.
 */
const FRESH = '\uFFFF';

/** Above this number of states a question is answered with `maybe`. */
const STATE_LIMIT = 20_000;

const MEMO_LIMIT = 200_000;
const memo = new Map<string, Verdict>();

/**
 * Whether everything that `a` matches is matched by `b`. In both, `*` is any text, `?` one character, `${*}` a literal
 * star, and any other `${…}` a policy variable, which counts as a hole.
 */
export function subset(a: Text, b: Text, matching: Matching = {}): Verdict {
  return answer('subset', a, b, matching, decideSubset);
}

/** Whether there is a text that both `a` and `b` match. */
export function overlap(a: Text, b: Text, matching: Matching = {}): Verdict {
  return answer('overlap', a, b, matching, decideOverlap);
}

/** A known text as a pattern that matches this text only. */
export function literal(text: Text): Text {
  return text.map((part) => (typeof part === 'string' ? part.replace(/[*?$]/g, (letter) => `\${${letter}}`) : part));
}

/** Whether a pattern has a wildcard. */
export function hasWildcard(text: Text): boolean {
  return tokensOf(text, {}).wilds;
}

/** A text as the key of a map: equal for equal texts. */
export function patternKey(text: Text): string {
  return tokensOf(text, {}).key;
}

function answer(
  question: string,
  a: Text,
  b: Text,
  matching: Matching,
  decide: (a: Tokens, b: Tokens) => Verdict,
): Verdict {
  const quick = quickly(a, b, matching);
  if (quick) {
    return quick;
  }
  const left = tokensOf(a, matching);
  const right = tokensOf(b, matching);
  if (left.key === right.key) {
    return 'yes';
  }
  if (left.plain && right.plain) {
    return 'no';
  }
  const key = `${question}${matching.segments ? 's' : ''}\u0001${left.key}\u0001${right.key}`;
  let verdict = memo.get(key);
  if (!verdict) {
    verdict = decide(left, right);
    if (memo.size >= MEMO_LIMIT) {
      memo.clear();
    }
    memo.set(key, verdict);
  }
  return verdict;
}

/** Answers from the written texts, without splitting them into tokens. Most compared patterns are about different things. */
function quickly(a: Text, b: Text, { segments, ignoreCase }: Matching): Verdict | undefined {
  if (beginDifferently(a, b, ignoreCase === true)) {
    return 'no';
  }
  const beginA = a[0];
  const holeA = a[1];
  const holeB = b[1];
  if (typeof beginA !== 'string' || beginA !== b[0] || typeof holeA !== 'object' || typeof holeB !== 'object') {
    return undefined;
  }
  if (a.length === 2 && b.length === 2 && holeA.key === holeB.key) {
    return 'yes';
  }
  // Two resources of one kind, by their names.
  const differ =
    !segments &&
    holeA.kind === 'reference' &&
    holeB.kind === 'reference' &&
    holeA.resource !== holeB.resource &&
    holeA.begins === holeB.begins &&
    endsName(holeA, a[2]) &&
    endsName(holeB, b[2]) &&
    !hasSpecial(beginA);
  return differ ? 'no' : undefined;
}

/** Whether a name is complete: nothing follows, or a character that no name contains. */
function endsName({ excludes }: Hole, next: string | Hole | undefined): boolean {
  return next === undefined || (typeof next === 'string' && excludes.includes(next[0]));
}

function decideOverlap(left: Tokens, right: Tokens): Verdict {
  const [a, b] = withoutCommonEnds(left.tokens, right.tokens);
  if (endsDiffer(a, b)) {
    return 'no';
  }
  if (meet(a, b)) {
    return 'yes';
  }
  return (!left.holes && !right.holes) || apart(a, b) ? 'no' : 'maybe';
}

function decideSubset(left: Tokens, right: Tokens): Verdict {
  const [a, b] = withoutCommonEnds(left.tokens, right.tokens);
  if (endsDiffer(a, b)) {
    return 'no';
  }
  const within = isWithin(a, b);
  if (within !== 'no' || (!left.holes && !right.holes)) {
    return within;
  }
  if (apart(a, b)) {
    return 'no';
  }
  // Looks for a text of `a` that `b` can't match, whatever the values of the holes: its wildcards stand for characters
  // that no hole contains.
  const longest = b.filter((token) => typeof token !== 'string').length + 1;
  const outside = [0, 1, longest].some((times) => {
    const text = a.flatMap((token): Token[] =>
      isWild(token) ? Array.from({ length: token.wild === '*' ? times : 1 }, () => FRESH) : [token],
    );
    return !meet(widened(text), widened(b));
  });
  return outside ? 'no' : 'maybe';
}

/** Whether no values of the holes make the two match the same text. */
function apart(a: readonly Token[], b: readonly Token[]): boolean {
  return differentNames(a, b) || !meet(widened(a), widened(b));
}

/** Whether two texts begin with the names of two different resources, each followed by a character that no name contains. */
function differentNames([a, ...restA]: readonly Token[], [b, ...restB]: readonly Token[]): boolean {
  const isClosed = (next: Token | undefined, { excludes }: { readonly excludes: string }) =>
    next === undefined || (typeof next === 'string' && excludes.includes(next));
  return (
    isHole(a) &&
    isHole(b) &&
    a.hole.kind === 'reference' &&
    b.hole.kind === 'reference' &&
    a.hole.resource !== b.hole.resource &&
    isClosed(restA[0], a.hole) &&
    isClosed(restB[0], b.hole)
  );
}

function withoutCommonEnds(a: readonly Token[], b: readonly Token[]): [readonly Token[], readonly Token[]] {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && sameAtom(a[start], b[start])) {
    start++;
  }
  let end = 0;
  while (end < shorter - start && sameAtom(a[a.length - 1 - end], b[b.length - 1 - end])) {
    end++;
  }
  return [a.slice(start, a.length - end), b.slice(start, b.length - end)];
}

function endsDiffer(a: readonly Token[], b: readonly Token[]): boolean {
  const differ = (x: Token | undefined, y: Token | undefined) =>
    typeof x === 'string' && typeof y === 'string' && x !== y;
  return differ(a[0], b[0]) || differ(a[a.length - 1], b[b.length - 1]);
}

function sameAtom(x: Token, y: Token): boolean {
  return x === y || (isHole(x) && isHole(y) && x.hole.key === y.hole.key);
}

/**
 * Pairs of positions that `meetInProduct` has visited. The array is reused, because a new one costs more than a short
 * comparison.
 */
let seenPairs = new Uint8Array(1024);
const pairs: number[] = [];

/** Whether there is a text that both match. A hole is a letter of its own. */
function meet(a: readonly Token[], b: readonly Token[]): boolean {
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
function isWithin(a: readonly Token[], b: readonly Token[]): Verdict {
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
function widened(tokens: readonly Token[]): Token[] {
  return tokens.map((token) => (isHole(token) ? { wild: '*', excludes: token.hole.excludes, widened: true } : token));
}
