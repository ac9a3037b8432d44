import { Duration } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { isDevelopment } from '../development/enabled-scopes';

/** How long objects are kept unless a property says otherwise: as the construct says, or one week in development mode. */
export function objectRetention(scope: IConstruct, given: Duration | undefined, usual: Duration): Duration {
  return given ?? (isDevelopment(scope) ? Duration.days(7) : usual);
}
