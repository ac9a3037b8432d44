import { BedrockAgentCoreControlClient } from '@aws-sdk/client-bedrock-agentcore-control';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CodeCommitClient } from '@aws-sdk/client-codecommit';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { defaultCredentialChain } from '../../../runtime/session-client/credential-chain';
import { type Account, openAccount, REQUEST_HANDLER } from '../account/account';

/** The clients of AWS that probes use. Credentials are those of the SDK's chain. */
export interface ProbeClients {
  /** CloudFormation, Step Functions, S3 and SQS. */
  readonly account: Account;
  readonly agentCore: BedrockAgentCoreControlClient;
  readonly cloudTrail: CloudTrailClient;
  readonly cloudWatch: CloudWatchClient;
  readonly codeCommit: CodeCommitClient;
  readonly ec2: EC2Client;
  readonly events: EventBridgeClient;
  readonly iam: IAMClient;
  readonly kms: KMSClient;
  readonly logs: CloudWatchLogsClient;
  readonly sts: STSClient;
  close(): void;
}

export function openProbeClients(region: string): ProbeClients {
  const account = openAccount(region);
  const options = { region, credentials: defaultCredentialChain(), requestHandler: REQUEST_HANDLER };
  const clients = {
    agentCore: new BedrockAgentCoreControlClient(options),
    cloudTrail: new CloudTrailClient(options),
    cloudWatch: new CloudWatchClient(options),
    codeCommit: new CodeCommitClient(options),
    ec2: new EC2Client(options),
    events: new EventBridgeClient(options),
    iam: new IAMClient(options),
    kms: new KMSClient(options),
    logs: new CloudWatchLogsClient(options),
    sts: new STSClient(options),
  };
  return {
    account,
    ...clients,
    close: () =>
      [account, ...Object.values(clients)].forEach((client) => ('close' in client ? client.close() : client.destroy())),
  };
}

/** The identity of the credentials. */
export async function caller({
  sts,
}: ProbeClients): Promise<{ readonly accountId: string; readonly partition: string }> {
  const { Account = '', Arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
  return { accountId: Account, partition: Arn.split(':')[1] };
}
