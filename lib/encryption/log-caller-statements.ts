import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/**
 * The permissions that a role needs for a log group with a customer-managed key, in addition to its `logs:` actions:
 * CloudWatch Logs uses the key on behalf of the caller. They apply only through CloudWatch Logs and only to these log
 * groups.
 *
 * Source: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html (permissions of the caller); the
 * managed policy CloudWatchLogsAPIKeyAccess of 2026-02-20 has the same separation.
 *
 * @param logGroupNames names of log groups that have this key, or a prefix followed by `*`
 */
export function logCallerStatements(
  scope: IConstruct,
  key: Pick<kms.IKey, 'keyArn'>,
  logGroupNames: string | string[],
  access: 'read' | 'write',
): iam.PolicyStatement[] {
  const stack = Stack.of(scope);
  const viaLogs = { StringEquals: { 'kms:ViaService': `logs.${stack.region}.amazonaws.com` } };
  const arns = [logGroupNames].flat().map((resourceName) =>
    stack.formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    }),
  );
  return [
    new iam.PolicyStatement({
      actions: access === 'read' ? ['kms:Decrypt'] : ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [key.keyArn],
      conditions: { ...viaLogs, ArnLike: { 'kms:EncryptionContext:aws:logs:arn': arns.length === 1 ? arns[0] : arns } },
    }),
    new iam.PolicyStatement({ actions: ['kms:DescribeKey'], resources: [key.keyArn], conditions: viaLogs }),
  ];
}
