import type { Hole, Text } from '../model/text';
import { FRESH, isWithin, meet, sameAtom, type Verdict, widened } from './pattern-automata';
import {
  beginDifferently,
  hasSpecial,
  isHole,
  isWild,
  type Matching,
  type Token,
  type Tokens,
  tokensOf,
} from './pattern-tokens';

export type { Matching, Verdict };

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
