/**
 * An event that can never become a turn: it lacks a value, or a value is not of its type. The message names members of
 * the event, never their values, because it is logged.
 */
export class RefusedEventError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RefusedEventError';
  }
}
