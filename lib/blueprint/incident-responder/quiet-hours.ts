import { Token, type TimeZone } from 'aws-cdk-lib/core';
import type { QuietHoursSetting } from '../../contracts/incident';
import { isTimeZone } from '../../trigger/schedule-check';
import { requireInput, requirePattern } from '../../validation/input-error';
import { checkInputsOf } from '../../validation/checked-inputs';

const WHERE = 'QuietHours';

/** Hours of every day in which alarms open no incident, for example during a batch window. */
export class QuietHours {
  static {
    checkInputsOf(this, 'QuietHours');
  }

  /**
   * The same hours every day.
   *
   * @param from `HH:MM`, for example `22:00`
   * @param to `HH:MM`, on the next day if it is before `from`
   * @param timeZone for example `TimeZone.EUROPE_BERLIN`
   * @throws InputError when a time has another form, both are the same, or the time zone is not known
   */
  public static daily(from: string, to: string, timeZone: TimeZone): QuietHours {
    for (const [input, time] of [
      ['from', from],
      ['to', to],
    ]) {
      requirePattern(
        WHERE,
        input,
        time,
        /^([01]\d|2[0-3]):[0-5]\d$/,
        'a time from 00:00 to 23:59',
        'write it as in 22:00',
      );
      requireInput(!Token.isUnresolved(time), WHERE, {
        input,
        allowed: 'a time that is known at synth',
        fix: 'write it',
      });
    }
    requireInput(from !== to, WHERE, {
      input: 'to',
      value: to,
      allowed: 'another time than from',
      fix: 'leave quietHours out for none; a responder that never works needs no alarms',
    });
    const zone = timeZone.timezoneName;
    requireInput(Token.isUnresolved(zone) || isTimeZone(zone), WHERE, {
      input: 'timeZone',
      value: zone,
      allowed: 'a name of the IANA time zone database',
      fix: "write it as in TimeZone.of('Europe/Berlin')",
    });
    return new QuietHours({ from, to, timeZone: timeZone.timezoneName });
  }

  private constructor(
    /** @internal */
    public readonly _setting: QuietHoursSetting,
  ) {}
}
