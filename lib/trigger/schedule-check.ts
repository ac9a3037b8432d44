import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Annotations, Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { requireInput } from '../validation/input-error';

const RATE = /^rate\(([1-9]\d{0,5}) (minutes?|hours?|days?)\)$/;
const AT = /^at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)$/;

const NAMES = (names: string) => `(?:\\d{1,2}|${names})`;
const LIST = (value: string) => `(?:\\*|${value}(?:-${value})?)(?:/\\d{1,3})?`;
const FIELD = (value: string) => new RegExp(`^${LIST(value)}(?:,${LIST(value)})*$`, 'i');
const MONTH = NAMES('JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC');
const WEEKDAY = `(?:[1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)`;

/** The six fields of a cron expression. Source: docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html, read 2026-11-23. */
const CRON_FIELDS: readonly { readonly name: string; readonly form: RegExp }[] = [
  { name: 'minutes', form: FIELD('[0-5]?\\d') },
  { name: 'hours', form: FIELD('(?:[01]?\\d|2[0-3])') },
  {
    name: 'day-of-month',
    form: new RegExp(`^(?:\\?|L|LW|\\d{1,2}W|${FIELD('(?:0?[1-9]|[12]\\d|3[01])').source.slice(1, -1)})$`, 'i'),
  },
  { name: 'month', form: FIELD(MONTH) },
  {
    name: 'day-of-week',
    form: new RegExp(`^(?:\\?|L|${WEEKDAY}L|${WEEKDAY}#[1-5]|${FIELD(WEEKDAY).source.slice(1, -1)})$`, 'i'),
  },
  { name: 'year', form: FIELD('(?:19[7-9]\\d|20\\d\\d|21\\d\\d)') },
];

/** Refuses expressions and time zones that EventBridge Scheduler would refuse during a deployment. */
export function requireSchedule(where: IConstruct, schedule: ScheduleExpression): void {
  const expression = schedule.expressionString;
  if (!Token.isUnresolved(expression)) {
    const wrong = wrongPart(expression);
    requireInput(wrong === undefined, where, {
      input: 'schedule',
      value: expression,
      allowed: `rate(<number> minutes|hours|days), cron(<six fields>) or at(yyyy-mm-ddThh:mm:ss); here ${wrong} is wrong`,
      fix: "use ScheduleExpression.cron({ minute: '0', hour: '6' }), .rate(Duration.hours(6)) or .at(date)",
    });
  }
  const zone = schedule.timeZone?.timezoneName;
  requireInput(zone === undefined || Token.isUnresolved(zone) || isTimeZone(zone), where, {
    input: 'schedule.timeZone',
    value: zone,
    allowed: 'a name of the IANA time zone database',
    fix: "write it as in TimeZone.of('Europe/Berlin')",
  });
}

function wrongPart(expression: string): string | undefined {
  if (RATE.test(expression)) {
    return undefined;
  }
  const time = AT.exec(expression)?.[1];
  if (time !== undefined) {
    return isTime(time) ? undefined : 'the date or the time of day';
  }
  const fields = /^cron\((.*)\)$/.exec(expression)?.[1].split(' ');
  if (!fields) {
    return 'the form';
  }
  if (fields.length !== CRON_FIELDS.length) {
    return `the number of fields (${fields.length})`;
  }
  const at = CRON_FIELDS.findIndex(({ form }, index) => !form.test(fields[index]));
  if (at >= 0) {
    return `the field ${CRON_FIELDS[at].name}`;
  }
  return (fields[2] === '?') === (fields[4] === '?')
    ? 'the choice between day-of-month and day-of-week (exactly one of them must be ?)'
    : undefined;
}

/**
 * Adds a warning when a schedule is over. Not an error: an app whose one-time schedule has run must still be deployed.
 *
 * @param until last time of the schedule, if it has one
 */
export function warnOfPast(where: IConstruct, schedule: ScheduleExpression, until?: Date): void {
  const at = /^at\((.+)\)$/.exec(schedule.expressionString)?.[1];
  // The time is one of the schedule's time zone, at most 14 hours behind or before UTC.
  const last = at === undefined ? undefined : Date.parse(`${at}Z`) + 14 * 3600 * 1000;
  if ([last, until?.getTime()].some((time) => time !== undefined && time < Date.now())) {
    Annotations.of(where).addWarningV2(
      'cdk-bedrock-managed-agents:scheduleIsOver',
      `The schedule ${schedule.expressionString}${until ? ` until ${until.toISOString()}` : ''} is over and starts nothing. ` +
        'EventBridge Scheduler refuses to create it. Fix: remove it, or choose a time to come.',
    );
  }
}

/** Whether a calendar has the day and a clock the time: JavaScript makes 2 March of 30 February. */
function isTime(time: string): boolean {
  const date = new Date(`${time}Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(time);
}

/** Whether the IANA time zone database has the name. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    // Offsets such as +01:00 aren't names.
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}
