import { Duration } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { isDevelopment } from '../development/enabled-scopes';

/** Default retention of objects: the value of the construct, or one week in development mode. */
export function objectRetention(scope: IConstruct, given: Duration | undefined, usual: Duration): Duration {
  return given ?? (isDevelopment(scope) ? Duration.days(7) : usual);
}
