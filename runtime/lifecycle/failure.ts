/**
 * A request that is answered with an error.
 *
 * AgentCore Runtime drops the body of every response but HTTP 200, so the status travels inside the body.
 * `message` reaches the caller: it never quotes a value of the request.
 */
export class RequestFailure extends Error {
  constructor(
    public readonly statusCode: 400 | 404 | 405 | 409 | 413 | 429 | 500 | 503,
    message: string,
  ) {
    super(message);
    this.name = 'RequestFailure';
  }
}
