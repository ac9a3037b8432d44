import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Token } from 'aws-cdk-lib/core';

/** True when two constructs are known to be one key: the same construct, or the same literal ARN. */
export function isSameKey(one: IKey, other: IKey): boolean {
  return one === other || (!Token.isUnresolved(one.keyArn) && one.keyArn === other.keyArn);
}
