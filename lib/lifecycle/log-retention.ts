import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import { isDevelopment } from '../development/enabled-scopes';

/** Default retention of logs: one year, or one week in development mode. */
export function logRetention(scope: IConstruct, given?: RetentionDays): RetentionDays {
  const usual = isDevelopment(scope) ? RetentionDays.ONE_WEEK : RetentionDays.ONE_YEAR;
  return given ?? usual;
}
