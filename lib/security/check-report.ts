import type { PolicyValidationPluginReport, PolicyViolation } from 'aws-cdk-lib/core';
import { type AnalysisFinding, type AnalysisResult, analysisResult } from './analysis-rules';
import { RULES } from './rules';
import type { CheckOptions, RuleText } from './rules/rule';
import type { TemplateSource } from './template/template-source';

/** What to check, and where findings count. */
export interface CheckRequest {
  readonly rules: readonly RuleText[];
  readonly options: CheckOptions;
  /** All stacks of the app: references lead from one to another. */
  readonly sources: readonly TemplateSource[];
  /** Ids of the sources whose resources are judged. */
  readonly judged: ReadonlySet<string>;
}

/** Runs rules over final templates and writes what core's validation report needs. */
export function checkTemplates({ rules, options, sources, judged }: CheckRequest): PolicyValidationPluginReport {
  const violations = new Map<string, Violation>();
  const families = [...new Set(rules.map(({ family }) => family))];
  const { findings, decisions } = analysisResult(sources, families, options, judged);
  for (const finding of findings) {
    add(violations, finding);
  }
  const found = [...violations.values()];
  return {
    // Warnings do not fail: only what has the severity of a rule does.
    success: found.every(({ severity }) => severity === 'warning'),
    violations: found,
    metadata: metadataOf(decisions),
  };
}

/** What the owner of the app has declared, for whoever reads the report. */
function metadataOf(decisions: AnalysisResult['decisions']): Record<string, string> | undefined {
  return decisions.length > 0 ? Object.fromEntries(decisions.map(({ what, reason }) => [what, reason])) : undefined;
}

/** One violation per rule and sentence; the resources it applies to are listed in it. */
function add(violations: Map<string, Violation>, finding: AnalysisFinding): void {
  const rule = RULES.find(({ id }) => id === finding.rule)!;
  const { location } = finding;
  violationOf(violations, rule, finding.severity, finding.says).violatingResources.push({
    constructPath: location.constructPath,
    resourceLogicalId: location.logicalId,
    templatePath: location.templatePath,
    locations: [location.path],
  });
}

type Violation = PolicyViolation & { violatingResources: object[] };

function violationOf(
  violations: Map<string, Violation>,
  rule: RuleText,
  severity: RuleText['severity'],
  sentence: string,
): Violation {
  const key = [rule.id, severity, sentence].join('\n');
  let violation = violations.get(key);
  if (!violation) {
    violation = {
      ruleName: rule.id,
      description: `${sentence}. ${rule.why}`,
      fix: `${rule.fix}. See ${rule.page}`,
      severity,
      ruleMetadata: {
        family: rule.family,
        rule: rule.what,
        nist80053r5: rule.controls.nist.join(' '),
        iso27001: rule.controls.iso.join(' '),
        soc2: rule.controls.soc2.join(' '),
      },
      violatingResources: [],
    };
    violations.set(key, violation);
  }
  return violation;
}
