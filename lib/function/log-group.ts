import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Aws, Fn, Names } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { allowLogs } from '../encryption/key-statements';
import { REMOVAL, removalPolicy } from '../lifecycle/removal';

export interface FunctionLogGroupProps {
  /** Prefix of the name: the rest is unique, and the key policy allows it. */
  readonly prefix: string;
  /** The prefix is the whole name up to the id of the stack, and the key policy allows it already. @default false */
  readonly admitted?: boolean;
  readonly encryptionKey: kms.IKey;
  readonly retention: logs.RetentionDays;
}

/** The log group of functions of this library, encrypted with the customer-managed key. */
export function functionLogGroup(scope: Construct, props: FunctionLogGroupProps): logs.LogGroup {
  const { encryptionKey, retention } = props;
  let { prefix } = props;
  if (!props.admitted) {
    prefix += `${Names.uniqueResourceName(scope, { separator: '-', maxLength: 200 })}-`;
    allowLogs(encryptionKey, scope, `${prefix}*`);
  }
  // The log group outlives the stack, so its name ends with the unique id of the stack.
  const stackId = Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', Aws.STACK_ID))));
  return new logs.LogGroup(scope, 'Logs', {
    logGroupName: `${prefix}${stackId}`,
    encryptionKey,
    retention,
    removalPolicy: removalPolicy(scope, REMOVAL.logGroup),
  });
}
