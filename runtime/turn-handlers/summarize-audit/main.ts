import { S3Client } from '@aws-sdk/client-s3';
import { type Partition, SecurityHubClient } from '@aws-sdk/client-securityhub';
import type { AuditSummary, SummarizeAuditPayload } from '../../../lib/contracts/audit';
import { setting } from '../turn/settings';
import { summarizeAudit } from './summarize-audit';

const environment = process.env;
const region = setting(environment, 'AWS_REGION');

const parts = {
  s3: new S3Client(environment['S3_PATH_STYLE'] === 'true' ? { forcePathStyle: true } : {}),
  bucket: setting(environment, 'FINDINGS_BUCKET'),
  provider: {
    agentName: setting(environment, 'AGENT_NAME'),
    partition: setting(environment, 'PARTITION') as Partition,
    account: setting(environment, 'ACCOUNT'),
    region,
  },
  ...(environment['SECURITY_HUB'] === 'new-findings' ? { securityHub: new SecurityHubClient({}) } : {}),
};

/** Lambda: the end of an audit of many repositories. */
export const handler = (payload: SummarizeAuditPayload): Promise<AuditSummary> => summarizeAudit(payload, parts);
