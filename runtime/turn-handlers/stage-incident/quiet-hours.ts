import type { QuietHoursSetting } from '../../../lib/contracts/incident';

/** Whether a time is in the quiet hours. If their end isn't after their start, it is on the next day. */
export function isQuiet({ from, to, timeZone }: QuietHoursSetting, now: number): boolean {
  const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone });
  const time = clock.format(now);
  return from < to ? from <= time && time < to : from <= time || time < to;
}
