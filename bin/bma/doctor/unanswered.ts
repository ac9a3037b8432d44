import { printable } from '../../../local/message/printable-text';
import { kindOfFailure } from '../account/call-failure';
import { type Judgement, notKnown } from './check';

/** AWS didn't answer a question. This never counts as a failed check. */
export class Unanswered extends Error {
  constructor(readonly judgement: Judgement) {
    super(judgement.value);
  }
}

/**
 * Calls AWS.
 *
 * @param action the IAM action of the call
 * @param also names of errors that are an answer, which are rethrown unchanged
 * @throws Unanswered when AWS refuses, throttles, fails or can't be reached
 */
export async function ask<T>(action: string, call: Promise<T>, ...also: readonly string[]): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (also.includes((error as Error).name)) throw error;
    throw new Unanswered(judgementOf(error as Error, action));
  }
}

/** The findings of a check; an unanswered call is a finding, too. */
export async function judged(check: () => Promise<readonly Judgement[]>): Promise<readonly Judgement[]> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof Unanswered) return [error.judgement];
    throw error;
  }
}

function judgementOf(error: Error, action: string): Judgement {
  const { code = error.name } = error as { code?: string };
  switch (kindOfFailure(error)) {
    case 'credentials':
    case 'refused credentials':
      return notKnown('AWS accepted no credentials', 'sign in, then repeat the command', 'denied');
    case 'denied':
      return notKnown(`this credential may not call ${action}`, `allow ${action}, or ask who may call it`, 'denied');
    case 'throttled':
      return notKnown(`AWS throttles ${action}`, 'repeat the command in a minute', 'no answer');
    case 'unreachable':
      return notKnown(
        `${action.split(':')[0]} isn't reachable from this machine (${code})`,
        'check the network, the proxy and the Region, then repeat the command',
        'no answer',
      );
    case 'service':
      return notKnown(
        `${action} was answered with ${error.name}: ${printable(error.message)}`,
        'repeat the command; if it stays, ask AWS Support',
        'no answer',
      );
    default:
      throw error;
  }
}
