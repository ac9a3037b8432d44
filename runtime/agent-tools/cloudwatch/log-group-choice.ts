/**
 * Whether a Logs Insights query chooses log groups itself, with the command SOURCE.
 *
 * The word counts only where the language allows a command: not in strings, regular expressions and comments, and not
 * as a field name. Source: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Source.html. The grammar is
 * not published, so unclear syntax (whether a backslash escapes a quotation mark) is read both ways.
 */
export function choosesLogGroups(query: string): boolean {
  return [true, false].some((backslashEscapes) => hasSourceCommand(tokens(query, backslashEscapes)));
}

interface Token {
  readonly kind: 'word' | 'text' | 'sign';
  readonly value: string;
}

/** Words after `source` if it is a field. */
const OPERATORS = new Set(['like', 'in', 'not', 'as', 'asc', 'desc', 'and', 'or', 'by', 'is', 'matches']);

function hasSourceCommand(all: readonly Token[]): boolean {
  return all.some(({ kind, value }, index) => {
    if (kind !== 'word' || value.toLowerCase() !== 'source') return false;
    const before = all[index - 1];
    // The first command of the query, of a pipeline, and of a query inside another.
    if (before === undefined || before.value === '|') return true;
    const [next, second] = all.slice(index + 1, index + 3);
    const isField =
      next === undefined || (next.kind === 'word' ? OPERATORS.has(next.value.toLowerCase()) : next.kind === 'sign');
    if (['(', '[', '{', ';'].includes(before.value)) return !isField;
    return !isField && next.kind === 'word' && second?.value === '(';
  });
}

const QUOTES = ['"', "'", '`'];

function tokens(query: string, backslashEscapes: boolean): Token[] {
  const found: Token[] = [];
  let command = '';
  for (let at = 0; at < query.length;) {
    const character = query[at];
    if (/\s/.test(character)) {
      at += 1;
    } else if (character === '#') {
      const end = query.indexOf('\n', at);
      at = end === -1 ? query.length : end;
    } else {
      const token = tokenAt(query, at, backslashEscapes, () => takesExpression(found.at(-1), command));
      if (token.kind === 'word' && (found.length === 0 || found.at(-1)!.value === '|'))
        command = token.value.toLowerCase();
      found.push(token);
      at += token.value.length;
    }
  }
  return found;
}

function tokenAt(query: string, at: number, backslashEscapes: boolean, takesRegex: () => boolean): Token {
  const character = query[at];
  if (QUOTES.includes(character) || (character === '/' && takesRegex())) {
    const end = endOfText(query, at, backslashEscapes || character === '/');
    // Without an end quote, it isn't a string: the characters after it are read as usual.
    if (end !== -1) return { kind: 'text', value: query.slice(at, end + 1) };
  }
  const word = /^[\w@.$-]+/.exec(query.slice(at, at + 1_000))?.[0];
  return word ? { kind: 'word', value: word } : { kind: 'sign', value: character };
}

function endOfText(query: string, begin: number, backslashEscapes: boolean): number {
  for (let at = begin + 1; at < query.length; at += 1) {
    if (backslashEscapes && query[at] === '\\') at += 1;
    else if (query[at] === query[begin]) return at;
  }
  return -1;
}

/**
 * A slash begins a regular expression where a value is expected, and is a division after a value. `parse` allows a
 * regular expression after a field.
 */
function takesExpression(before: Token | undefined, command: string): boolean {
  if (before === undefined) return false;
  if (before.kind === 'word') return OPERATORS.has(before.value.toLowerCase()) || command === 'parse';
  return before.kind === 'sign' && before.value !== ')' && before.value !== ']';
}
