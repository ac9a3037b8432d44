import type { PolicyValidationPluginReport, PolicyViolation } from 'aws-cdk-lib/core';
import { loadAnalysis } from './analysis';
import type { StackTemplate } from './construct-tree';

/** The description of a rule of the security model. */
export interface RuleText {
  readonly id: string;
  readonly family: string;
  /** `fatal` can't be acknowledged; a `warning` doesn't fail synthesis. */
  readonly severity: 'fatal' | 'error' | 'warning';
  /** The requirement. */
  readonly what: string;
  readonly why: string;
  /** The fix, as an imperative. */
  readonly fix: string;
  /** The AWS page of the rule. */
  readonly page: string;
  /** Controls of public catalogues that the rule helps to meet. */
  readonly controls: {
    readonly nist: readonly string[];
    readonly iso: readonly string[];
    readonly soc2: readonly string[];
  };
}

/** The input of the rules. */
export interface CheckRequest {
  /** All stacks of the app, because references lead from one to another. */
  readonly stacks: readonly StackTemplate[];
  readonly families: readonly string[];
  readonly options: {
    /** Managed policy that has to be the boundary of every role of an agent. */
    readonly permissionsBoundary?: string;
  };
  /** Ids of the stacks whose resources are checked. */
  readonly judged: ReadonlySet<string>;
}

interface Finding {
  readonly rule: string;
  readonly severity: RuleText['severity'];
  /** One sentence without its full stop. */
  readonly says: string;
  readonly location: {
    readonly logicalId: string;
    readonly constructPath?: string;
    readonly templatePath?: string;
    readonly path: string;
  };
}

/** The part of the analysis that checks (analysis/index.ts). */
interface CheckAnalysis {
  readonly RULE_TEXTS: readonly RuleText[];
  checkApp(request: CheckRequest): {
    readonly findings: readonly Finding[];
    /** The declarations in the checked stacks. */
    readonly decisions: readonly { readonly what: string; readonly reason: string }[];
  };
}

/** Every rule, in the order of the security model. */
export function ruleTexts(): readonly RuleText[] {
  return loadAnalysis<CheckAnalysis>().RULE_TEXTS;
}

/** Runs rules on final templates and creates the violations of the CDK's validation report. */
export function checkReport(request: CheckRequest): PolicyValidationPluginReport {
  const { findings, decisions } = loadAnalysis<CheckAnalysis>().checkApp(request);
  const rules = new Map(ruleTexts().map((rule) => [rule.id, rule]));
  const violations = new Map<string, Violation>();
  for (const finding of findings) {
    const { rule: id, severity, says, location } = finding;
    // One violation per rule and message, with the resources that it applies to.
    const key = [id, severity, says].join('\n');
    const violation = violations.get(key) ?? violationOf(rules.get(id)!, finding);
    violations.set(key, violation);
    violation.violatingResources.push({
      constructPath: location.constructPath,
      resourceLogicalId: location.logicalId,
      templatePath: location.templatePath,
      locations: [location.path],
    });
  }
  const found = [...violations.values()];
  return {
    // Warnings don't fail; only findings with the severity of their rule do.
    success: found.every(({ severity }) => severity === 'warning'),
    violations: found,
    metadata:
      decisions.length > 0 ? Object.fromEntries(decisions.map(({ what, reason }) => [what, reason])) : undefined,
  };
}

type Violation = PolicyViolation & { violatingResources: object[] };

function violationOf(rule: RuleText, { severity, says }: Finding): Violation {
  return {
    ruleName: rule.id,
    description: `${says}. ${rule.why}`,
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
}
