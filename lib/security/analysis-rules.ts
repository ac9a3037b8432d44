import { loadAnalysis } from './analysis';
import type { CheckOptions, Family, RuleText } from './rules/rule';
import type { TemplateSource } from './template/template-source';

/** A finding of the analysis. */
export interface AnalysisFinding {
  readonly rule: string;
  readonly severity: 'fatal' | 'error' | 'warning';
  /** One sentence without its full stop. */
  readonly says: string;
  readonly location: {
    readonly logicalId: string;
    readonly constructPath?: string;
    readonly templatePath?: string;
    readonly path: string;
  };
}

/** What the checks use of `analysis/index.ts`. */
interface Analysis {
  readonly RULE_TEXTS: readonly RuleText[];
  checkStacks(request: {
    readonly stacks: readonly TemplateSource[];
    readonly families?: readonly Family[];
    readonly options?: CheckOptions;
    readonly judged?: ReadonlySet<string>;
  }): AnalysisFinding[];
}

/** The rules of the analysis, MA-READ1 included. */
export function analysisRules(): readonly RuleText[] {
  return loadAnalysis<Analysis>().RULE_TEXTS;
}

/** Runs the rules of some families over templates. */
export function analysisFindings(
  sources: readonly TemplateSource[],
  families: readonly Family[],
  options: CheckOptions,
  judged: ReadonlySet<string>,
): AnalysisFinding[] {
  return loadAnalysis<Analysis>().checkStacks({ stacks: sources, families, options, judged });
}
