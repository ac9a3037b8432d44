import * as z from 'zod/v4';
import { Refusal } from './refusal';

const instant = z.iso.datetime({ offset: true });

/** Start and end of the requested time. */
export const timeWindow = {
  start: instant.describe('Begin, ISO 8601 with offset, for example 2026-11-23T10:00:00Z'),
  end: instant.describe('End, ISO 8601 with offset'),
};

export interface TimeWindow {
  readonly start: Date;
  readonly end: Date;
}

/** The window as dates, refused when it is empty, begins in the future or is longer than the budget. */
export function checkedWindow(given: { start: string; end: string }, maxSeconds: number): TimeWindow {
  const start = new Date(given.start);
  const end = new Date(given.end);
  if (end <= start) throw new Refusal('end must be later than start.');
  const seconds = (end.getTime() - start.getTime()) / 1000;
  if (seconds > maxSeconds) {
    throw new Refusal(
      `The time range is ${Math.ceil(seconds)} seconds long, at most ${maxSeconds} are allowed. Ask for a shorter range, several times if needed.`,
    );
  }
  return { start, end };
}
