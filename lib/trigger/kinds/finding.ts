import type { AgentTriggerOptions } from '../agent-trigger-options';
import type { TriggerDefinition } from '../trigger-definition';
import { checkInputsOf } from '../../validation/checked-inputs';

/** Minimum severity of a finding. */
export enum FindingSeverity {
  /** Medium and above. */
  MEDIUM = 'MEDIUM',
  /** High and above. */
  HIGH = 'HIGH',
  /** Critical only. */
  CRITICAL = 'CRITICAL',
}

const LABELS = [FindingSeverity.MEDIUM, FindingSeverity.HIGH, FindingSeverity.CRITICAL];
const atLeast = (minimum: FindingSeverity): string[] => LABELS.slice(LABELS.indexOf(minimum));

/**
 * The source of findings and their minimum severity. A repeated finding starts no second turn, unless its severity has
 * changed; that turn resumes the conversation about the finding.
 */
export class FindingSource {
  static {
    checkInputsOf(this, 'FindingSource');
  }

  /**
   * Active, new findings of AWS Security Hub CSPM (AWS Security Finding Format).
   *
   * Source: docs.aws.amazon.com/securityhub/latest/userguide/securityhub-cwe-event-formats.html, read 2026-11-23.
   *
   * @param minimum default: HIGH
   */
  public static securityHub(minimum: FindingSeverity = FindingSeverity.HIGH): FindingSource {
    return new FindingSource({
      defaultId: 'SecurityHubFinding',
      source: 'aws.securityhub',
      detailType: 'Security Hub Findings - Imported',
      detail: {
        findings: {
          Severity: { Label: atLeast(minimum) },
          Workflow: { Status: ['NEW'] },
          RecordState: ['ACTIVE'],
        },
      },
      key: ['detail.findings.0.Id'],
      severity: 'detail.findings.0.Severity.Label',
      lines: [
        'Severity: {{event.detail.findings.0.Severity.Label | enum:INFORMATIONAL,LOW,MEDIUM,HIGH,CRITICAL}}',
        'Account: {{event.detail.findings.0.AwsAccountId | account}}',
        'Finding: {{event.detail.findings.0.Id | text:600}}',
        'Product: {{event.detail.findings.0.ProductName | text:200 | optional}}',
        'Title: {{event.detail.findings.0.Title | text:300}}',
        'Description: {{event.detail.findings.0.Description | text:1200}}',
        'Types: {{event.detail.findings.0.Types | json:1000 | optional}}',
        'Resources: {{event.detail.findings.0.Resources | json:6000}}',
        'Remediation: {{event.detail.findings.0.Remediation | json:1500 | optional}}',
      ],
    });
  }

  /**
   * New findings of AWS Security Hub (Open Cybersecurity Schema Framework). AWS documents the envelope of the event; the
   * members used here are those of the OCSF finding classes.
   *
   * Source: docs.aws.amazon.com/securityhub/latest/userguide/securityhub-v2-cwe-event-formats.html, read 2026-11-23.
   *
   * @param minimum default: HIGH
   */
  public static securityHubV2(minimum: FindingSeverity = FindingSeverity.HIGH): FindingSource {
    // OCSF severity_id: 3 medium, 4 high, 5 critical, 6 fatal.
    const lowest = 3 + LABELS.indexOf(minimum);
    return new FindingSource({
      defaultId: 'SecurityHubV2Finding',
      source: 'aws.securityhub',
      detailType: 'Findings Imported V2',
      // status_id 1: new.
      detail: { findings: { severity_id: [{ numeric: ['>=', lowest, '<=', 6] }], status_id: [1] } },
      key: ['resources.0'],
      severity: 'detail.findings.0.severity_id',
      lines: [
        'Severity (OCSF severity_id): {{event.detail.findings.0.severity_id | int}}',
        'Account: {{event.detail.findings.0.cloud.account.uid | account | optional}}',
        'Finding: {{event.detail.findings.0.metadata.uid | text:600 | optional}}',
        'Product: {{event.detail.findings.0.metadata.product.name | text:200 | optional}}',
        'Title: {{event.detail.findings.0.finding_info.title | text:300}}',
        'Description: {{event.detail.findings.0.finding_info.desc | text:1200 | optional}}',
        'Types: {{event.detail.findings.0.finding_info.types | json:1000 | optional}}',
        'Resources: {{event.detail.findings.0.resources | json:6000 | optional}}',
        'Remediation: {{event.detail.findings.0.remediation | json:1500 | optional}}',
      ],
    });
  }

  /**
   * Findings of Amazon GuardDuty.
   *
   * Source: docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html and guardduty_findings-severity.html
   * (medium from 4, high from 7, critical from 9).
   *
   * @param minimum default: HIGH
   */
  public static guardDuty(minimum: FindingSeverity = FindingSeverity.HIGH): FindingSource {
    const lowest = { MEDIUM: 4, HIGH: 7, CRITICAL: 9 }[minimum];
    return new FindingSource({
      defaultId: 'GuardDutyFinding',
      source: 'aws.guardduty',
      detailType: 'GuardDuty Finding',
      detail: { severity: [{ numeric: ['>=', lowest] }] },
      key: ['detail.id'],
      severity: 'detail.severity',
      lines: [
        'Severity (1 to 10): {{event.detail.severity | number}}',
        'Account: {{event.detail.accountId | account}}',
        'Finding: {{event.detail.id | text:300}}',
        'Type: {{event.detail.type | text:200}}',
        'Title: {{event.detail.title | text:300}}',
        'Description: {{event.detail.description | text:1200}}',
        'Resource: {{event.detail.resource | json:6000}}',
        'Activity: {{event.detail.service | json:3000 | optional}}',
      ],
    });
  }

  /**
   * Active findings of Amazon Inspector. Delivery is best effort.
   *
   * Source: docs.aws.amazon.com/inspector/latest/user/eventbridge-integration.html, read 2026-11-23.
   *
   * @param minimum default: HIGH
   */
  public static inspector(minimum: FindingSeverity = FindingSeverity.HIGH): FindingSource {
    return new FindingSource({
      defaultId: 'InspectorFinding',
      source: 'aws.inspector2',
      detailType: 'Inspector2 Finding',
      detail: { severity: atLeast(minimum), status: ['ACTIVE'] },
      key: ['detail.findingArn'],
      severity: 'detail.severity',
      lines: [
        'Severity: {{event.detail.severity | enum:INFORMATIONAL,LOW,MEDIUM,HIGH,CRITICAL,UNTRIAGED}}',
        'Account: {{event.detail.awsAccountId | account}}',
        'Finding: {{event.detail.findingArn | arn}}',
        'Type: {{event.detail.type | text:100}}',
        'Title: {{event.detail.title | text:300}}',
        'Description: {{event.detail.description | text:1500}}',
        'Resources: {{event.detail.resources | json:5000}}',
        'Package: {{event.detail.packageVulnerabilityDetails | json:3000 | optional}}',
      ],
    });
  }

  /** Source of the events, for example `aws.guardduty`. */
  public readonly source: string;

  private readonly kind: FindingKind;

  private constructor(kind: FindingKind) {
    this.kind = kind;
    this.source = kind.source;
  }

  /** @internal */
  public _definition(options: AgentTriggerOptions): TriggerDefinition {
    const { defaultId, source, detailType, detail, key, severity, lines } = this.kind;
    return {
      type: 'finding',
      defaultId,
      rule: { pattern: { source: [source], detailType: [detailType], detail } },
      prompt: ['A security finding was reported.', ...lines, '', 'Work on this finding as your instructions say.'].join(
        '\n',
      ),
      deduplicationKey: [...key, severity],
      sessionKey: key,
      options,
    };
  }
}

interface FindingKind {
  readonly defaultId: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: Record<string, unknown>;
  /** Paths that identify the finding. */
  readonly key: string[];
  readonly severity: string;
  readonly lines: string[];
}
