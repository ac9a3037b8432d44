import { type Partition, SecurityHubClient } from '@aws-sdk/client-securityhub';
import { AUDIT_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { AuditSummary, SummarizeAuditPayload } from '../../../lib/contracts/audit';
import { s3Client } from '../turn/s3-client';
import { setting } from '../turn/settings';
import { summarizeAudit } from './summarize-audit';

const environment = process.env;
const region = setting(environment, 'AWS_REGION');

const parts = {
  s3: s3Client(),
  bucket: setting(environment, AUDIT_VARIABLES.findingsBucket),
  provider: {
    agentName: setting(environment, AUDIT_VARIABLES.agentName),
    partition: setting(environment, AUDIT_VARIABLES.partition) as Partition,
    account: setting(environment, AUDIT_VARIABLES.account),
    region,
  },
  ...(environment[AUDIT_VARIABLES.securityHub] === 'new-findings' ? { securityHub: new SecurityHubClient({}) } : {}),
};

/** Lambda: the end of an audit of many repositories. */
export const handler = (payload: SummarizeAuditPayload): Promise<AuditSummary> => summarizeAudit(payload, parts);
