import { BedrockClient } from '@aws-sdk/client-bedrock';
import { BedrockAgentCoreControlClient } from '@aws-sdk/client-bedrock-agentcore-control';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import { noRegion } from '../account-command';

/** The AWS clients that read an account. Credentials and endpoints are those of the environment or the profile. */
export class AccountClients {
  readonly bedrock: BedrockClient;
  readonly agentCore: BedrockAgentCoreControlClient;
  readonly cloudFormation: CloudFormationClient;
  readonly cloudTrail: CloudTrailClient;
  readonly ec2: EC2Client;
  readonly iam: IAMClient;
  readonly kms: KMSClient;
  readonly s3: S3Client;
  readonly sns: SNSClient;
  readonly sqs: SQSClient;
  readonly sts: STSClient;

  /** @param settings how calls are made. By default five attempts */
  constructor(
    readonly region: string,
    settings: Pick<STSClientConfig, 'maxAttempts' | 'requestHandler'> = { maxAttempts: 5 },
  ) {
    const options = { region, ...settings };
    this.bedrock = new BedrockClient(options);
    this.agentCore = new BedrockAgentCoreControlClient(options);
    this.cloudFormation = new CloudFormationClient(options);
    this.cloudTrail = new CloudTrailClient(options);
    this.ec2 = new EC2Client(options);
    this.iam = new IAMClient(options);
    this.kms = new KMSClient(options);
    this.s3 = new S3Client(options);
    this.sns = new SNSClient(options);
    // The endpoint is that of the environment, even if it isn't the host of the queue's URL.
    this.sqs = new SQSClient({ ...options, useQueueUrlAsEndpoint: false });
    this.sts = new STSClient(options);
  }

  /** Closes the connections, so that the program can end. */
  close(): void {
    const { bedrock, agentCore, cloudFormation, cloudTrail, ec2, iam, kms, s3, sns, sqs, sts } = this;
    for (const client of [bedrock, agentCore, cloudFormation, cloudTrail, ec2, iam, kms, s3, sns, sqs, sts]) {
      client.destroy();
    }
  }
}

/** The Region of the SDK: AWS_REGION, then the profile. @throws UsageError when there is none */
export async function ownRegion(): Promise<string> {
  const client = new STSClient({});
  try {
    return await client.config.region();
  } catch {
    throw noRegion();
  } finally {
    client.destroy();
  }
}
