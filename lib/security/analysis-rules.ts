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
  checkApp(request: {
    readonly stacks: readonly TemplateSource[];
    readonly families?: readonly Family[];
    readonly options?: CheckOptions;
    readonly judged?: ReadonlySet<string>;
  }): AnalysisResult;
}

/** What the analysis says about an app. */
export interface AnalysisResult {
  readonly findings: readonly AnalysisFinding[];
  /** What the owner of the app has declared. */
  readonly decisions: readonly { readonly what: string; readonly reason: string }[];
}

/** The rules of the analysis, MA-READ1 included. */
export function analysisRules(): readonly RuleText[] {
  return loadAnalysis<Analysis>().RULE_TEXTS;
}

/** Runs the rules of some families over templates. */
export function analysisResult(
  sources: readonly TemplateSource[],
  families: readonly Family[],
  options: CheckOptions,
  judged: ReadonlySet<string>,
): AnalysisResult {
  return loadAnalysis<Analysis>().checkApp({ stacks: sources, families, options, judged });
}
