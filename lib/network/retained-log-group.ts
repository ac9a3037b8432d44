import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Aws, Fn, Names } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { allowLogs } from '../encryption/key-statements';
import { REMOVAL, removalPolicy } from '../lifecycle/removal';

/**
 * An encrypted log group that outlives its stack.
 *
 * A repeated name would fail the next deployment of a deleted stack, so it ends with the first part of the stack's
 * unique id; the key policy names the prefix, because it must not depend on the group.
 *
 * @param kind part of the name: `/bma/<kind>/…`
 */
export function retainedLogGroup(
  scope: Construct,
  kind: string,
  encryptionKey: kms.IKey,
  retention: logs.RetentionDays,
): { logGroup: logs.LogGroup; logGroupName: string } {
  const prefix = `/bma/${kind}/${Names.uniqueResourceName(scope, { separator: '-', maxLength: 200 })}-`;
  const stackUuid = Fn.select(2, Fn.split('/', Aws.STACK_ID));
  const logGroupName = `${prefix}${Fn.select(0, Fn.split('-', stackUuid))}`;
  allowLogs(encryptionKey, scope, `${prefix}*`);
  const logGroup = new logs.LogGroup(scope, 'LogGroup', {
    logGroupName,
    encryptionKey,
    retention,
    removalPolicy: removalPolicy(scope, REMOVAL.logGroup),
  });
  return { logGroup, logGroupName };
}
