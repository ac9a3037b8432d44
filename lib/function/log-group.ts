import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Role } from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Names } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { allowLogs } from '../encryption/key-statements';
import { creationId } from '../identity/creation-id';
import { REMOVAL, removalPolicy } from '../lifecycle/removal';

export interface FunctionLogGroupProps {
  /** Prefix of the name: the rest is unique, and the key policy allows it. */
  readonly prefix: string;
  /** The prefix is the whole name up to the id of its creation, and the key policy allows it already. @default false */
  readonly admitted?: boolean;
  /** The role that writes to it, which is created and deleted with the functions. */
  readonly writer: Role;
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
  return new logs.LogGroup(scope, 'Logs', {
    logGroupName: `${prefix}${creationId(props.writer)}`,
    encryptionKey,
    retention,
    removalPolicy: removalPolicy(scope, REMOVAL.logGroup),
  });
}
