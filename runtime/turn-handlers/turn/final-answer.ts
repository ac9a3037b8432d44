/** The answer doesn't have the requested form. The outcome event contains `code`, but no text of the answer. */
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
 * Fenced blocks. A fence is on its own line, and a JSON string has no line break: text in a document can't end the
 * block.
 */
const FENCES = /^[ \t]*(`{3,}|~{3,})[^\n`]*\n([\s\S]*?)\n?^[ \t]*\1[ \t]*$/gm;

/**
 * The JSON document of a final answer: the whole answer, or its only fenced block that is a JSON object or list,
 * regardless of other text.
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

/** The separator between the final answers of a turn with more than one. */
export const ANSWERS_APART = '\n\n';

function parsed(text: string): { readonly document: unknown } | undefined {
  try {
    return { document: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
