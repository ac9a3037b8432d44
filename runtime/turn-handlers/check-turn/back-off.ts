/** Seconds between two polls of a turn: short turns are noticed soon, and long ones cost few state transitions. */
export const FIRST_WAIT_SECONDS = 5;
export const LONGEST_WAIT_SECONDS = 60;

/** The wait after the given number of polls: 5, 8, 12, 18, 27, 41, 60, 60, … */
export function waitAfter(polls: number): number {
  return Math.min(LONGEST_WAIT_SECONDS, Math.ceil(FIRST_WAIT_SECONDS * 1.5 ** polls));
}
