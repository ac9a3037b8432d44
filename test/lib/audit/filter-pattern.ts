/**
 * Evaluates a CloudWatch Logs JSON filter pattern against an event, so that the tests can prove what a metric filter counts.
 * Covers what AWS documents for JSON patterns and the alarms use: `=` and `!=` on strings with `*`, IS TRUE/FALSE,
 * NOT EXISTS, && before ||, parentheses. What a comparison with a missing property yields is not documented, so it is an
 * error here: no pattern may depend on it.
 *
 * Source: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html, read 2026-11-23.
 */
class UndocumentedComparison extends Error {}

type Json = Record<string, unknown>;
type Verdict = boolean | 'undocumented';

export function matches(pattern: string, event: Json): boolean {
  const body = /^\s*\{(.*)\}\s*$/s.exec(pattern);
  if (!body) {
    throw new SyntaxError(`not a JSON filter pattern: ${pattern}`);
  }
  const tokens = body[1].match(/"[^"]*"|\$\.[\w.]+|&&|\|\||!=|=|[()]|[A-Z]+|\S/g) ?? [];
  let at = 0;
  const take = (expected?: string): string => {
    const token = tokens[at++];
    if (token === undefined || (expected !== undefined && token !== expected)) {
      throw new SyntaxError(`expected ${expected ?? 'more'} but found ${token ?? 'the end'} in ${pattern}`);
    }
    return token;
  };
  const either = (): Verdict => {
    let verdict = both();
    while (tokens[at] === '||') {
      take();
      const right = both();
      verdict =
        verdict === true || right === true ? true : verdict === false && right === false ? false : 'undocumented';
    }
    return verdict;
  };
  const both = (): Verdict => {
    let verdict = condition();
    while (tokens[at] === '&&') {
      take();
      const right = condition();
      verdict =
        verdict === false || right === false ? false : verdict === true && right === true ? true : 'undocumented';
    }
    return verdict;
  };
  const condition = (): Verdict => {
    if (tokens[at] === '(') {
      take();
      const verdict = either();
      take(')');
      return verdict;
    }
    const selector = take();
    if (!selector.startsWith('$.')) {
      throw new SyntaxError(`expected a property selector but found ${selector} in ${pattern}`);
    }
    const value = selector
      .slice(2)
      .split('.')
      .reduce<unknown>((object, name) => (object as Json | undefined | null)?.[name], event);
    const operator = take();
    switch (operator) {
      case 'IS':
        return value === (take() === 'TRUE');
      case 'NOT':
        take('EXISTS');
        return value === undefined;
      case '=':
      case '!=': {
        const text = take();
        if (!text.startsWith('"')) {
          throw new SyntaxError(`expected a quoted string but found ${text} in ${pattern}`);
        }
        if (typeof value !== 'string') {
          // A property that is absent (or not a string) equals no string; whether it is unequal to everything is not documented.
          return operator === '=' ? false : 'undocumented';
        }
        const wildcard = new RegExp(
          `^${text
            .slice(1, -1)
            .split('*')
            .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
            .join('.*')}$`,
        );
        return wildcard.test(value) === (operator === '=');
      }
      default:
        throw new SyntaxError(`unknown operator ${operator} in ${pattern}`);
    }
  };
  const verdict = either();
  if (at !== tokens.length) {
    throw new SyntaxError(`unexpected ${tokens[at]} in ${pattern}`);
  }
  if (verdict === 'undocumented') {
    throw new UndocumentedComparison(pattern);
  }
  return verdict;
}
