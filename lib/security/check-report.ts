import type { PolicyValidationPluginReport, PolicyViolation } from 'aws-cdk-lib/core';
import { agentStacks } from './model/agent-stacks';
import { type Declared, declarations, exemptSources } from './model/declared';
import { declarationReason, declarationTitle } from './model/declaration-text';
import { type AnalysisFinding, analysisFindings } from './analysis-rules';
import { readsIndex, RULES } from './rules';
import type { CheckOptions, Finding, RuleText, SecurityRule } from './rules/rule';
import { TemplateIndex } from './template-index';
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
  const seen = new Set<string>();
  const worlds = TemplateIndex.worlds(sources, concernedBy(sources));
  const [first] = worlds;
  const exempt = exemptSources(first, options);
  for (const index of worlds) {
    for (const rule of rules.filter(readsIndex)) {
      for (const finding of rule.check(index, options)) {
        const { id } = finding.resource.source;
        const key = [rule.id, finding.detail, finding.resource.id].join('\n');
        if (judged.has(id) && !exempt.has(id) && !seen.has(key)) {
          seen.add(key);
          add(violations, rule, finding);
        }
      }
    }
  }
  const families = [...new Set(rules.map(({ family }) => family))];
  for (const finding of analysisFindings(sources, families, options, judged)) {
    addAnalysis(violations, finding);
  }
  const found = [...violations.values()];
  return {
    // Warnings do not fail: only what has the severity of a rule does.
    success: found.every(({ severity }) => severity === 'warning'),
    violations: found,
    metadata: decisions(declarations(first).filter(({ source }) => judged.has(source.id))),
  };
}

/** What the owner of the app has declared, for whoever reads the report. */
function decisions(declared: readonly Declared[]): Record<string, string> | undefined {
  return declared.length > 0
    ? Object.fromEntries(declared.map(({ record }) => [declarationTitle(record), declarationReason(record)]))
    : undefined;
}

/** The conditions of stacks that hold no part of an agent and grant nothing of it change nothing; trying them costs. */
function concernedBy(sources: readonly TemplateSource[]): TemplateSource[] {
  const conditional = sources.filter(({ template }) => template.Conditions);
  if (conditional.length === 0) {
    return [];
  }
  const [all, none] = [true, false].map((holds) => agentStacks(new TemplateIndex(sources, () => holds)));
  return conditional.filter(
    ({ id, template }) =>
      all.has(id) ||
      none.has(id) ||
      /"(?:bedrock-mantle|bedrock-agentcore|iam):/.test(JSON.stringify(template.Resources)),
  );
}

/** One violation per rule and sentence; the resources it applies to are listed in it. */
function add(
  violations: Map<string, Violation>,
  rule: SecurityRule,
  { resource, detail, location, unverified }: Finding,
): void {
  const severity = unverified ? 'warning' : rule.severity;
  const sentence = `${detail.charAt(0).toUpperCase()}${detail.slice(1)}`;
  violationOf(violations, rule, severity, sentence).violatingResources.push({
    constructPath: resource.constructPath,
    resourceLogicalId: resource.logicalId,
    templatePath: resource.source.templatePath,
    locations: [location ?? 'Properties'],
  });
}

function addAnalysis(violations: Map<string, Violation>, finding: AnalysisFinding): void {
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
