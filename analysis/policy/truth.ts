import { FALSE, type Guard, TRUE } from '../model/guard';
import type { Verdict } from './pattern';

/**
 * Whether something is true, for all deployments at once: the deployments in which it is certainly true, and those in
 * which it may be true.
 */
export interface Truth {
  /** When it is certainly true. Implies `possible`. */
  readonly yes: Guard;
  /** When it may be true. */
  readonly possible: Guard;
}

export const ALWAYS: Truth = { yes: TRUE, possible: TRUE };
export const NEVER: Truth = { yes: FALSE, possible: FALSE };
export const UNKNOWN: Truth = { yes: FALSE, possible: TRUE };

/** True when a guard holds. */
export function when(guard: Guard): Truth {
  return { yes: guard, possible: guard };
}

/** A verdict on something that exists only when a guard holds. */
export function verdictWhen(verdict: Verdict, guard: Guard = TRUE): Truth {
  return { yes: verdict === 'yes' ? guard : FALSE, possible: verdict === 'no' ? FALSE : guard };
}

export function not({ yes, possible }: Truth): Truth {
  return { yes: possible.not(), possible: yes.not() };
}

export function and(truths: readonly Truth[]): Truth {
  if (truths.length === 1) {
    return truths[0].possible === FALSE ? NEVER : truths[0];
  }
  let yes = TRUE;
  let possible = TRUE;
  for (const truth of truths) {
    yes = yes.and(truth.yes);
    possible = possible.and(truth.possible);
    if (possible === FALSE) {
      return NEVER;
    }
  }
  return { yes, possible };
}

export function or(truths: readonly Truth[]): Truth {
  if (truths.length === 1) {
    return truths[0];
  }
  let yes = FALSE;
  let possible = FALSE;
  for (const truth of truths) {
    yes = yes.or(truth.yes);
    possible = possible.or(truth.possible);
  }
  return { yes, possible };
}

/** `yes` when it is certainly true in some deployment, else `maybe` when it may be true in one. */
export function verdictOf({ yes, possible }: Truth): Verdict {
  return yes.possible() ? 'yes' : possible.possible() ? 'maybe' : 'no';
}
