import type { PolicyStatement } from './statement';

/** True when an IAM pattern (`*` any text, `?` one character) covers a text. A `${…}` reference counts as literal text. */
export function covers(pattern: string, text: string): boolean {
  if (!/[*?]/.test(pattern)) {
    return pattern === text;
  }
  return patternExpression(pattern).test(text);
}

/** Action names are not case-sensitive. */
export function coversAction(pattern: string, action: string): boolean {
  return covers(pattern.toLowerCase(), action.toLowerCase());
}

/** True when a statement speaks about an action, whether it names it, covers it or leaves it out of `NotAction`. */
export function speaksOf(statement: PolicyStatement, action: string): boolean {
  return statement.notActions.length > 0
    ? !statement.notActions.some((pattern) => coversAction(pattern, action))
    : statement.actions.some((pattern) => coversAction(pattern, action));
}

const EXPRESSIONS = new Map<string, RegExp>();

function patternExpression(pattern: string): RegExp {
  let expression = EXPRESSIONS.get(pattern);
  if (!expression) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '[\\s\\S]*')
      .replace(/\?/g, '[\\s\\S]');
    expression = new RegExp(`^${source}$`);
    EXPRESSIONS.set(pattern, expression);
  }
  return expression;
}
