import type { AwsSecurityFinding, Partition, SeverityLabel } from '@aws-sdk/client-securityhub';
import { FINGERPRINT_NAME } from '../../../lib/contracts/audit';
import type { SarifLog, SarifResult } from '../accept-findings/sarif';

export interface FindingProvider {
  readonly agentName: string;
  readonly partition: Partition;
  readonly region: string;
  readonly account: string;
}

const TYPES = ['Software and Configuration Checks/Vulnerabilities'];

/**
 * The changes of a night: new findings are active, fixed ones archived. Known findings are in Security Hub already, and
 * accepted ones aren't imported. Quotations of code stay in the findings bucket.
 *
 * Limits: docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html
 */
export function securityFindings(
  log: SarifLog,
  repository: string,
  night: string,
  provider: FindingProvider,
): AwsSecurityFinding[] {
  const scores = new Map((log.runs[0].tool.driver.rules ?? []).map((rule) => [rule.id, scoreOf(rule.properties)]));
  return (log.runs[0].results ?? [])
    .filter(({ suppressions }) => !suppressions?.length)
    .filter(({ baselineState }) => baselineState === 'new' || baselineState === 'absent')
    .map((result) => securityFinding(result, scores.get(result.ruleId), repository, night, provider));
}

function securityFinding(
  result: SarifResult,
  score: number | undefined,
  repository: string,
  night: string,
  { agentName, partition, region, account }: FindingProvider,
): AwsSecurityFinding {
  const { artifactLocation, region: lines } = result.locations[0].physicalLocation;
  const providerFields = { Severity: { Label: severity(result.level, score) }, Types: TYPES };
  return {
    SchemaVersion: '2018-10-08',
    Id: `${agentName}/${repository}/${result.partialFingerprints?.[FINGERPRINT_NAME]}`,
    // The product ARN for findings of the account itself.
    ProductArn: `arn:${partition}:securityhub:${region}:${account}:product/${account}/default`,
    GeneratorId: `${agentName}/${result.ruleId}`,
    AwsAccountId: account,
    ...providerFields,
    FindingProviderFields: providerFields,
    CreatedAt: result.provenance?.firstDetectionTimeUtc ?? night,
    UpdatedAt: night,
    Title: `${result.ruleId} in ${repository}/${artifactLocation.uri}`.slice(0, 256),
    Description: result.message.text.slice(0, 1_024),
    Resources: [
      {
        Type: 'Other',
        Id: `${repository}/${artifactLocation.uri}`.slice(0, 512),
        Partition: partition,
        Region: region,
        Details: { Other: { Repository: repository, StartLine: String(lines?.startLine ?? 'unknown') } },
      },
    ],
    RecordState: result.baselineState === 'absent' ? 'ARCHIVED' : 'ACTIVE',
  };
}

/** The score of a rule in code scanners: 0 to 10, as a string or a number. */
function scoreOf(properties: Readonly<Record<string, unknown>> = {}): number | undefined {
  const score = Number(properties['security-severity'] ?? NaN);
  return score > 0 && score <= 10 ? score : undefined;
}

function severity(level: SarifResult['level'], score: number | undefined): SeverityLabel {
  if (score !== undefined) return score >= 9 ? 'CRITICAL' : score >= 7 ? 'HIGH' : score >= 4 ? 'MEDIUM' : 'LOW';
  // SARIF 3.27.10: without a level, a result is a warning.
  return ({ error: 'HIGH', warning: 'MEDIUM', note: 'LOW', none: 'INFORMATIONAL' } as const)[level ?? 'warning'];
}
