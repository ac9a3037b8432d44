/**
 * An event that can never become a turn: a value is missing or has another type. The message names members of the
 * event, never their values, because it is logged.
 */
export class RefusedEventError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RefusedEventError';
  }
}
