import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Names } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { allowLogs } from '../encryption/key-statements';
import { REMOVAL, removalPolicy } from '../lifecycle/removal';

/**
 * An encrypted log group of a VPC that outlives its stack.
 *
 * A repeated name would fail a later deployment: of a deleted stack, or of a network that was removed and is added
 * again. So it ends with the id of the VPC. The key policy names the prefix, because it must not depend on the group.
 *
 * @param kind part of the name: `/bma/<kind>/…`
 * @param vpcId id of the VPC that is created and deleted with the scope
 */
export function retainedLogGroup(
  scope: Construct,
  kind: string,
  vpcId: string,
  encryptionKey: kms.IKey,
  retention: logs.RetentionDays,
): { logGroup: logs.LogGroup; logGroupName: string } {
  const prefix = `/bma/${kind}/${Names.uniqueResourceName(scope, { separator: '-', maxLength: 200 })}-`;
  const logGroupName = `${prefix}${vpcId}`;
  allowLogs(encryptionKey, scope, `${prefix}*`);
  const logGroup = new logs.LogGroup(scope, 'LogGroup', {
    logGroupName,
    encryptionKey,
    retention,
    removalPolicy: removalPolicy(scope, REMOVAL.logGroup),
  });
  return { logGroup, logGroupName };
}
