import { createHash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { AwsSecurityFinding, SecurityHubClient } from '@aws-sdk/client-securityhub';
import {
  AUDIT_FORMAT,
  auditKey,
  type AuditSummary,
  findingsKey,
  NIGHT,
  type RepositoryAudit,
  type SummarizeAuditPayload,
} from '../../../lib/contracts/audit';
import type { SarifLog } from '../accept-findings/sarif';
import { log } from '../turn/log';
import { type FindingProvider, securityFindings } from './asff';
import { importFindings } from './security-hub';

export interface SummarizeAuditParts {
  readonly s3: S3Client;
  readonly bucket: string;
  readonly provider: FindingProvider;
  /** Undefined when nothing is imported. */
  readonly securityHub?: SecurityHubClient;
}

/**
 * The result of a night for all repositories: stored as `audits/<night>.json`, and used as the detail of the summary
 * event.
 */
export async function summarizeAudit(
  { night, repositories }: SummarizeAuditPayload,
  parts: SummarizeAuditParts,
): Promise<AuditSummary> {
  if (!NIGHT.test(night)) throw new Error('The audit has no night');
  const { bucket, provider, securityHub } = parts;
  const accepted = repositories.filter(isAccepted);
  const sum = (count: 'new' | 'known' | 'fixed') => accepted.reduce((all, each) => all + each.delivery[count], 0);
  const setAside = accepted.reduce((all, { delivery }) => all + (delivery.setAside ?? 0), 0);
  const summary: AuditSummary = {
    format: AUDIT_FORMAT,
    agentName: provider.agentName,
    night,
    totals: {
      repositories: repositories.length,
      failed: repositories.length - accepted.length,
      new: sum('new'),
      known: sum('known'),
      fixed: sum('fixed'),
      ...(setAside > 0 ? { setAside } : {}),
    },
    repositories,
    findings: { bucket, key: auditKey(night) },
    ...(securityHub ? { securityHub: await importFindings(securityHub, await changes(night, accepted, parts)) } : {}),
  };
  await store(summary, parts);
  log('summarize-audit', 'stored', { night, ...summary.totals });
  return summary;
}

type Accepted = RepositoryAudit & {
  readonly delivery: { readonly new: number; known: number; fixed: number; setAside?: number };
};

function isAccepted(audit: RepositoryAudit): audit is Accepted {
  const { outcome, delivery } = audit;
  return outcome === 'Completed' && [delivery?.new, delivery?.known, delivery?.fixed].every(Number.isInteger);
}

async function changes(
  night: string,
  audits: readonly Accepted[],
  { s3, bucket, provider }: SummarizeAuditParts,
): Promise<AwsSecurityFinding[]> {
  const findings: AwsSecurityFinding[] = [];
  for (const { repository, delivery } of audits) {
    if (delivery.new + delivery.fixed === 0) continue;
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: findingsKey({ repository, night }) }));
    const sarif = JSON.parse(await Body!.transformToString()) as SarifLog;
    findings.push(...securityFindings(sarif, repository, night, provider));
  }
  return findings;
}

async function store(summary: AuditSummary, { s3, bucket }: SummarizeAuditParts): Promise<void> {
  const body = new TextEncoder().encode(JSON.stringify(summary, undefined, 2));
  await s3.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: summary.findings.key,
      Body: body,
      ContentType: 'application/json',
      // A bucket with a default object lock refuses uploads without a checksum.
      ChecksumSHA256: createHash('sha256').update(body).digest('base64'),
    }),
  );
}
