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

/** The one block that a model may put around JSON. */
const FENCE = /^```(?:json)?[ \t]*\n([\s\S]*?)\n?```$/;

/**
 * The JSON document that a final answer consists of, bare or in one fenced block.
 *
 * @throws AnswerError `answer-not-json`
 */
export function jsonAnswer(text: string): unknown {
  const trimmed = text.trim();
  const body = FENCE.exec(trimmed)?.[1] ?? trimmed;
  try {
    return JSON.parse(body);
  } catch {
    throw new AnswerError('answer-not-json', 'The final answer is not one JSON document');
  }
}
