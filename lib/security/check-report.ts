import type { PolicyValidationPluginReport, PolicyViolation } from 'aws-cdk-lib/core';
import { loadAnalysis } from './analysis';
import type { StackTemplate } from './construct-tree';

/** What a rule of the security model says about itself. */
export interface RuleText {
  readonly id: string;
  readonly family: string;
  /** `fatal` cannot be acknowledged; a `warning` fails nothing. */
  readonly severity: 'fatal' | 'error' | 'warning';
  /** What must hold. */
  readonly what: string;
  readonly why: string;
  /** The repair, as an imperative. */
  readonly fix: string;
  /** The AWS page behind the rule. */
  readonly page: string;
  /** Controls of public catalogues that the rule helps to meet. */
  readonly controls: {
    readonly nist: readonly string[];
    readonly iso: readonly string[];
    readonly soc2: readonly string[];
  };
}

/** What to check, and where findings count. */
export interface CheckRequest {
  /** All stacks of the app: references lead from one to another. */
  readonly stacks: readonly StackTemplate[];
  readonly families: readonly string[];
  readonly options: {
    /** Managed policy that has to be the boundary of every role of an agent. */
    readonly permissionsBoundary?: string;
  };
  /** Ids of the stacks whose resources are judged. */
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
    /** What the owner of the app has declared in the judged stacks. */
    readonly decisions: readonly { readonly what: string; readonly reason: string }[];
  };
}

/** Every rule, in the order of the security model. */
export function ruleTexts(): readonly RuleText[] {
  return loadAnalysis<CheckAnalysis>().RULE_TEXTS;
}

/** Runs rules over final templates and writes what core's validation report needs. */
export function checkReport(request: CheckRequest): PolicyValidationPluginReport {
  const { findings, decisions } = loadAnalysis<CheckAnalysis>().checkApp(request);
  const rules = new Map(ruleTexts().map((rule) => [rule.id, rule]));
  const violations = new Map<string, Violation>();
  for (const finding of findings) {
    const { rule: id, severity, says, location } = finding;
    // One violation per rule and sentence; the resources it applies to are listed in it.
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
    // Warnings do not fail: only what has the severity of a rule does.
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
