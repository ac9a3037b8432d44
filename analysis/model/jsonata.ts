const EXPRESSION = /^\s*\{%(.*)%\}\s*$/s;

/** Texts of an expression in JSONata. */
export const LITERALS = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g;

/** The code of a text that is an expression in JSONata, with its comments. */
export function expressionIn(text: string): string | undefined {
  return EXPRESSION.exec(text)?.[1];
}

export const withoutComments = (code: string): string => code.replace(/\/\*.*?\*\//gs, ' ');
