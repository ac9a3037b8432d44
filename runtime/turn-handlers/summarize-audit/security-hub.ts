import {
  type AwsSecurityFinding,
  BatchImportFindingsCommand,
  type SecurityHubClient,
} from '@aws-sdk/client-securityhub';
import type { SecurityHubReceipt } from '../../../lib/contracts/audit';
import { TransientStepError } from '../turn/failures';

/** Findings per call. Source: docs.aws.amazon.com/securityhub/latest/partnerguide/guidelines-batchimportfindings.html */
const BATCH = 100;

/**
 * Imports findings, or returns why Security Hub refuses them; the findings are stored in any case. A finding always has
 * the same id, so a repetition changes nothing.
 *
 * @throws TransientStepError when Security Hub is busy or broken
 */
export async function importFindings(
  client: SecurityHubClient,
  findings: readonly AwsSecurityFinding[],
): Promise<SecurityHubReceipt> {
  const refused = new Set<string | undefined>();
  let error: string | undefined;
  for (let begin = 0; begin < findings.length && error === undefined; begin += BATCH) {
    const Findings = findings.slice(begin, begin + BATCH);
    try {
      const { FailedFindings = [] } = await client.send(new BatchImportFindingsCommand({ Findings }));
      FailedFindings.forEach(({ Id }) => refused.add(Id));
    } catch (failure) {
      error = nameOrTransient(failure);
      findings.slice(begin).forEach(({ Id }) => refused.add(Id));
    }
  }
  const taken = (state: AwsSecurityFinding['RecordState']) =>
    findings.filter(({ Id, RecordState }) => RecordState === state && !refused.has(Id)).length;
  return {
    imported: taken('ACTIVE'),
    archived: taken('ARCHIVED'),
    failed: refused.size,
    ...(error === undefined ? {} : { error }),
  };
}

function nameOrTransient(failure: unknown): string {
  const { name, $metadata } = failure as Error & { readonly $metadata?: { readonly httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 500;
  if (status === 429 || status >= 500) throw new TransientStepError(`Security Hub: ${name}`);
  return /^[A-Za-z]{1,60}$/.test(name) ? name : `HTTP ${status}`;
}
