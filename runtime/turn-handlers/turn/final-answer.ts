/** What the agent was asked to answer with, and did not. `code` stands in the outcome event; no text of the answer does. */
export class AnswerError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'AnswerError';
  }
}

/**
 * Fenced blocks. A fence begins and ends a line, and no string of JSON holds a line break: what a document quotes ends no
 * block.
 */
const FENCES = /^[ \t]*(`{3,}|~{3,})[^\n`]*\n([\s\S]*?)\n?^[ \t]*\1[ \t]*$/gm;

/**
 * The JSON document of a final answer: the whole answer, or the one fenced block of it that is a JSON object or list, whatever
 * the model wrote around it.
 *
 * @throws AnswerError `answer-not-json` when there is no such document, or more than one
 */
export function jsonAnswer(text: string): unknown {
  const whole = parsed(text.trim());
  if (whole !== undefined) return whole.document;
  const documents = [...text.replace(/\r\n?/g, '\n').matchAll(FENCES)].flatMap(([, , body]) => parsed(body) ?? []);
  const composed = documents.filter(({ document }) => typeof document === 'object' && document !== null);
  if (composed.length !== 1) throw new AnswerError('answer-not-json', 'The final answer is not one JSON document');
  return composed[0].document;
}

/** Whether {@link jsonAnswer} finds a document. */
export function isJsonAnswer(text: string): boolean {
  try {
    jsonAnswer(text);
    return true;
  } catch {
    return false;
  }
}

/** What stands between the final answers of a turn that has more than one. */
export const ANSWERS_APART = '\n\n';

function parsed(text: string): { readonly document: unknown } | undefined {
  try {
    return { document: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
