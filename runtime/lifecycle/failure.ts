/**
 * A request that is answered with an error.
 *
 * AgentCore Runtime drops the body of every response but HTTP 200, so the status travels inside the body.
 * `message` reaches the caller: it never quotes a value of the request.
 */
export class RequestFailure extends Error {
  /** @param members further members of the answer, such as the ids of the current attachment. */
  constructor(
    public readonly statusCode: 400 | 404 | 405 | 409 | 413 | 429 | 500 | 503,
    message: string,
    public readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'RequestFailure';
  }
}

/** The system's code of an error (ENOSPC, EACCES, …): unlike its message it quotes no path. */
export function systemCode(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? 'unknown error';
}
