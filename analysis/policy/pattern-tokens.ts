import { WORDS } from '../model/alphabet';
import type { Hole, Text } from '../model/text';

/** How two patterns are compared. */
export interface Matching {
  /**
   * Wildcards don't cross the first five colons, as IAM compares the ARNs in `Resource` and in ARN conditions. Without
   * it, a wildcard matches any characters.
   */
  readonly segments?: boolean;
  /** Letters are compared without regard to case, as IAM compares actions and condition keys. */
  readonly ignoreCase?: boolean;
}

/** A wildcard. */
export interface Wild {
  readonly wild: '*' | '?';
  /** Characters that it can't match. */
  readonly excludes: string;
  /** True for a hole that was replaced by everything it could contain. */
  readonly widened?: true;
}

/** A part that the deployment or the request decides. A known beginning isn't part of it. */
export interface HoleToken {
  readonly hole: Pick<Hole, 'key' | 'excludes'> & Partial<Hole>;
}

/** One known character, a wildcard, or a hole. */
export type Token = string | Wild | HoleToken;

/** A pattern. It is split into tokens when they are first needed. */
export class Tokens {
  /** Equal for equal texts. */
  public readonly key: string;
  /** True if there is nothing but known characters in it. */
  public readonly plain: boolean;
  private taken?: readonly Token[];

  constructor(
    private readonly text: Text,
    private readonly segments: boolean,
    private readonly ignoreCase: boolean,
  ) {
    const key = text.map((part) => (typeof part === 'string' ? part : `\u0003${part.key}\u0003`)).join('');
    this.key = ignoreCase ? key.toLowerCase() : key;
    this.plain = text.every((part) => typeof part === 'string') && !SPECIAL.test(key);
  }

  public get tokens(): readonly Token[] {
    this.taken ??= tokenize(this.text, this.segments, this.ignoreCase);
    return this.taken;
  }

  public get holes(): boolean {
    return !this.plain && this.tokens.some(isHole);
  }

  public get wilds(): boolean {
    return !this.plain && this.tokens.some(isWild);
  }
}

/** Wildcards and variables. */
const SPECIAL = /[*?$]/;

const parsed: readonly WeakMap<Text, Tokens>[] = Array.from({ length: 4 }, () => new WeakMap());

/** The same few names of actions and forms of ARNs occur again and again. */
const known: readonly Map<string, Tokens>[] = Array.from({ length: 4 }, () => new Map());
const MOST_KNOWN = 50_000;

export function isWild(token: Token | undefined): token is Wild {
  return typeof token === 'object' && 'wild' in token;
}

export function isStar(token: Token | undefined): token is Wild {
  return isWild(token) && token.wild === '*';
}

export function isHole(token: Token | undefined): token is HoleToken {
  return typeof token === 'object' && 'hole' in token;
}

/** A pattern as tokens, once for each text. */
export function tokensOf(text: Text, { segments = false, ignoreCase = false }: Matching): Tokens {
  const mode = (segments ? 2 : 0) + (ignoreCase ? 1 : 0);
  const only = text[0];
  if (text.length === 1 && typeof only === 'string') {
    return tokensOfKnown(only, text, segments, ignoreCase, known[mode]);
  }
  const cache = parsed[mode];
  let tokens = cache.get(text);
  if (!tokens) {
    tokens = new Tokens(text, segments, ignoreCase);
    cache.set(text, tokens);
  }
  return tokens;
}

function tokensOfKnown(
  written: string,
  text: Text,
  segments: boolean,
  ignoreCase: boolean,
  cache: Map<string, Tokens>,
): Tokens {
  let tokens = cache.get(written);
  if (!tokens) {
    tokens = new Tokens(text, segments, ignoreCase);
    if (cache.size >= MOST_KNOWN) {
      cache.clear();
    }
    cache.set(written, tokens);
  }
  return tokens;
}

const VARIABLE = /\$\{([^}]*)\}/y;

function tokenize(text: Text, segments: boolean, ignoreCase: boolean): Token[] {
  const tokens: Token[] = [];
  let colons = 0;
  for (const part of text) {
    if (typeof part !== 'string') {
      // A reference at the beginning that can contain colons is a whole ARN: what follows is below the resource.
      colons = tokens.length === 0 && !part.excludes.includes(':') ? 5 : colons;
      const { begins = '', afterStackName } = part.kind === 'reference' ? part : {};
      const known = afterStackName ?? begins;
      if (afterStackName !== undefined) {
        tokens.push({ hole: { key: `${part.key} stack`, excludes: WORDS } });
      }
      tokens.push(...(ignoreCase ? known.toLowerCase() : known), { hole: part });
      continue;
    }
    for (let at = 0; at < part.length;) {
      let letter = part[at];
      at += 1;
      if (letter === '*' || letter === '?') {
        const token: Wild = { wild: letter, excludes: segments && colons < 5 ? ':' : '' };
        const before = tokens[tokens.length - 1];
        if (!(letter === '*' && isStar(before) && before.excludes === token.excludes)) {
          tokens.push(token);
        }
        continue;
      }
      if (letter === '$') {
        VARIABLE.lastIndex = at - 1;
        const [whole, variable] = VARIABLE.exec(part) ?? [];
        if (whole !== undefined && variable !== undefined) {
          at += whole.length - 1;
          if (!/^[*?$]$/.test(variable)) {
            tokens.push({ hole: { key: `\${${variable.toLowerCase()}}`, excludes: '' } });
            continue;
          }
          letter = variable;
        }
      } else if (isHighSurrogate(letter) && isLowSurrogate(part[at])) {
        letter += part[at];
        at += 1;
      }
      colons += letter === ':' ? 1 : 0;
      tokens.push(ignoreCase ? letter.toLowerCase() : letter);
    }
  }
  if (segments && tokens.length > 0 && tokens.every((token) => isStar(token))) {
    tokens.splice(0, tokens.length, { wild: '*', excludes: '' });
  } else if (
    segments &&
    ['a', 'r', 'n', ':'].every((letter, at) => tokens[at] === letter) &&
    isStar(tokens[tokens.length - 1])
  ) {
    // A short ARN that ends with a star has a star in each of the segments that it lacks.
    for (; colons < 5; colons++) {
      tokens.push(':', { wild: '*', excludes: '' });
    }
  }
  return tokens;
}

function isHighSurrogate(letter: string): boolean {
  return letter >= '\uD800' && letter <= '\uDBFF';
}

function isLowSurrogate(letter: string): boolean {
  return letter >= '\uDC00' && letter <= '\uDFFF';
}

/** Whether two texts differ in the known characters at their beginning. */
export function beginDifferently(left: Text, right: Text, ignoreCase: boolean): boolean {
  const a = left[0];
  const b = right[0];
  if (typeof a !== 'string' || typeof b !== 'string') {
    return false;
  }
  const x = ignoreCase ? a.toLowerCase() : a;
  const y = ignoreCase ? b.toLowerCase() : b;
  if (x.length <= y.length ? y.startsWith(x) : x.startsWith(y)) {
    return false;
  }
  if (!SPECIAL.test(x) && !SPECIAL.test(y)) {
    return true; // The usual case, without comparing each character.
  }
  for (let at = 0; ; at += 1) {
    if (isSpecial(x[at]) || isSpecial(y[at])) {
      return false;
    }
    if (x[at] !== y[at]) {
      return true;
    }
  }
}

/** Whether a text has wildcards or variables. */
export function hasSpecial(text: string): boolean {
  return SPECIAL.test(text);
}

function isSpecial(letter: string): boolean {
  return letter === '*' || letter === '?' || letter === '$';
}
