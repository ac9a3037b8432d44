import { Duration } from 'aws-cdk-lib/core';
import { requirePattern, requireWholeNumber } from '../../validation/input-error';
import { TIMER_MINUTES } from '../../contracts/incident';
import { checkInputsOf } from '../../validation/checked-inputs';

/** Options of a timer that resumes an incident. */
export interface ResumeTimerOptions {
  /**
   * Waiting time if the report of the agent names no time, 5 minutes to 24 hours.
   *
   * @default Duration.minutes(30)
   */
  readonly after?: Duration;

  /**
   * Maximum number of timers of one incident, 1 to 100.
   *
   * @default 6
   */
  readonly maxTimers?: number;
}

/** Events that resume an open incident, in addition to further alarms of the service. */
export class ResumeEvent {
  static {
    checkInputsOf(this, 'ResumeEvent');
  }

  /** An alarm of the service goes back to OK. */
  public static alarmRecovers(): ResumeEvent {
    return new ResumeEvent('alarm');
  }

  /**
   * A deployment of CodeDeploy succeeds, fails or is stopped. CodeDeploy delivers these events on a best-effort basis.
   *
   * Source: docs.aws.amazon.com/eventbridge/latest/ref/events-ref-codedeploy.html
   *
   * @param applications names of applications of CodeDeploy, 1 to 20
   * @throws InputError when there is no name, or a name isn't valid in CodeDeploy
   */
  public static deploymentFinished(applications: string[]): ResumeEvent {
    requireWholeNumber('ResumeEvent', 'number of applications', applications.length, 1, 20, 'applications');
    for (const name of applications) {
      requirePattern(
        'ResumeEvent',
        'applications',
        name,
        /^[A-Za-z0-9+=,._@-]{1,100}$/,
        'names of CodeDeploy applications',
        'pass the name, not the ARN',
      );
    }
    return new ResumeEvent('deployment', applications);
  }

  /**
   * A time that the agent chooses in its report, for example to wait until a metric shows whether a change helped.
   *
   * @throws InputError when a value is out of range
   */
  public static timer(options: ResumeTimerOptions = {}): ResumeEvent {
    const { after = Duration.minutes(30), maxTimers = 6 } = options;
    const minutes = after.toMinutes({ integral: false });
    requireWholeNumber('ResumeEvent', 'after', minutes, TIMER_MINUTES.least, TIMER_MINUTES.most, 'minutes');
    requireWholeNumber('ResumeEvent', 'maxTimers', maxTimers, 1, 100, 'timers');
    return new ResumeEvent('timer', [], { after, maxTimers });
  }

  private constructor(
    /** @internal */
    public readonly _kind: 'alarm' | 'deployment' | 'timer',
    /** @internal */
    public readonly _applications: string[] = [],
    /** @internal */
    public readonly _timer?: { readonly after: Duration; readonly maxTimers: number },
  ) {}
}
