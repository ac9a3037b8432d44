import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { defaultCredentialChain } from '../../../runtime/session-client/credential-chain';

/** The services of one account and Region, called with the credentials of the SDK's chain (environment, profile, SSO, role). */
export interface Account {
  readonly stacks: CloudFormationClient;
  readonly executions: SFNClient;
  readonly objects: S3Client;
  readonly queues: SQSClient;
  readonly ledgers: DynamoDBClient;
  close(): void;
}

/** A silently closed connection must not block the program for ever. */
export const REQUEST_HANDLER = { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true };

/** @param region default: from the SDK: AWS_REGION, then the profile */
export function openAccount(region: string | undefined): Account {
  const common = {
    ...(region === undefined ? {} : { region }),
    credentials: defaultCredentialChain(),
    requestHandler: REQUEST_HANDLER,
  };
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
  const account = {
    stacks: new CloudFormationClient(common),
    executions: new SFNClient(common),
    // A local endpoint has no host name per bucket.
    objects: new S3Client({ ...common, forcePathStyle: (AWS_ENDPOINT_URL_S3 ?? AWS_ENDPOINT_URL) !== undefined }),
    // The endpoint of the Region: the host in the URL of a queue would override a configured endpoint.
    queues: new SQSClient({ ...common, useQueueUrlAsEndpoint: false }),
    ledgers: new DynamoDBClient(common),
  };
  return {
    ...account,
    close: () => Object.values(account).forEach((client) => client.destroy()),
  };
}
