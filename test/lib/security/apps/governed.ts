import * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Neighbour } from './app';
import { functionIn } from './compute';

// Stores and functions as the rules ask for in the stack of an agent.

export const keyIn = (scope: Construct) => new kms.Key(scope, 'Key', { enableKeyRotation: true });

export const bucketIn = (scope: Construct, id: string, encryptionKey: kms.IKey, props: s3.BucketProps = {}) =>
  new s3.Bucket(scope, id, {
    encryptionKey,
    encryption: s3.BucketEncryption.KMS,
    enforceSSL: true,
    versioned: true,
    ...props,
  });

export const queueIn = (scope: Construct, id: string, encryptionMasterKey: kms.IKey, props: sqs.QueueProps = {}) =>
  new sqs.Queue(scope, id, { encryption: sqs.QueueEncryption.KMS, encryptionMasterKey, enforceSSL: true, ...props });

export const loggedIn = (scope: Construct, id: string, encryptionKey: kms.IKey) =>
  functionIn(scope, id, {
    logGroup: new logs.LogGroup(scope, `${id}Log`, { encryptionKey, retention: logs.RetentionDays.ONE_YEAR }),
  });

/** A function as this library asks for next to an agent: with a log group, a key for its variables and a limit. */
export const starterIn = (
  scope: Construct,
  { workflow, key }: Neighbour,
  id = 'Starter',
  props: Partial<lambda.FunctionProps> = {},
) => {
  const handler = functionIn(scope, id, {
    reservedConcurrentExecutions: 2,
    environmentEncryption: key,
    logGroup: new logs.LogGroup(scope, `${id}Log`, { encryptionKey: key, retention: logs.RetentionDays.ONE_YEAR }),
    ...props,
  });
  workflow.grants.startTurns(handler);
  return handler;
};
