/** The answer of the agent is not what it was asked for. The message holds no text of the answer. */
export class AnswerError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The one JSON document of a final answer, which may stand in one json fence. */
export function jsonAnswer(text: string): unknown {
  const trimmed = text.trim();
  const fenced = /^```(?:json)?\n([\s\S]*?)\n```$/.exec(trimmed);
  try {
    return JSON.parse(fenced?.[1] ?? trimmed);
  } catch {
    throw new AnswerError('answer-not-json', 'The final answer is not one JSON document');
  }
}
