import { S3Client } from '@aws-sdk/client-s3';
import type { AuditSummary, SummarizeAuditPayload } from '../../../lib/blueprint/security-auditor/audit-contract';
import { setting } from '../turn/settings';
import { SecurityHub } from './security-hub';
import { summarizeAudit } from './summarize-audit';

const environment = process.env;
const region = setting(environment, 'AWS_REGION');

const parts = {
  s3: new S3Client(environment['S3_PATH_STYLE'] === 'true' ? { forcePathStyle: true } : {}),
  bucket: setting(environment, 'FINDINGS_BUCKET'),
  provider: {
    agentName: setting(environment, 'AGENT_NAME'),
    partition: setting(environment, 'PARTITION'),
    account: setting(environment, 'ACCOUNT'),
    region,
  },
  ...(environment['SECURITY_HUB'] === 'new-findings'
    ? { securityHub: new SecurityHub(region, environment['AWS_ENDPOINT_URL_SECURITYHUB']) }
    : {}),
};

/** Lambda: the end of an audit of many repositories. */
export const handler = (payload: SummarizeAuditPayload): Promise<AuditSummary> => summarizeAudit(payload, parts);
