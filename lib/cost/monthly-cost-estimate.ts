import * as fs from 'fs';
import * as path from 'path';
import { Stage } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { loadAnalysis } from '../security/analysis';
import { readConstructTree, type StackTemplate, stacksBelow } from '../security/construct-tree';
import { InputError, type RefusedInput, requireInput } from '../validation/input-error';
import type { CostAssumptions } from './cost-assumptions';
import type { CostLine, TurnCostEstimate } from './cost-line';
import { checkInputsOf } from '../validation/checked-inputs';

/**
 * The monthly cost of an app, computed from its final templates, including overrides, aspects and the app's own resources. It
 * uses list prices of us-east-1 with source and date. A price that isn't documented is reported and not included in a sum.
 *
 * The agent has no such method: before synthesis, a construct doesn't know its network, which may be in another stack, or the
 * effect of overrides and aspects.
 *
 * `bma cost <cdk.out>` prints the same estimate.
 */
export class MonthlyCostEstimate {
  static {
    checkInputsOf(this, 'MonthlyCostEstimate');
  }

  /**
   * Estimates an app, a Stage or a stack that has been synthesized.
   *
   * @param scope an App or a Stage: all its stacks. A Stack: that stack with its nested stacks. Another construct: its stack.
   * @param assumptions how the agents are used; each has a documented default.
   * @throws InputError before synthesis, and for an invalid assumption.
   */
  public static of(scope: IConstruct, assumptions?: CostAssumptions): MonthlyCostEstimate {
    const stage = Stage.isStage(scope) ? scope : Stage.of(scope);
    const templates = stacksBelow(stage ?? scope).map((stack) =>
      path.join(Stage.of(stack)?.outdir ?? '', stack.templateFile),
    );
    if (!stage || !templates.every((file) => fs.existsSync(file))) {
      throw new InputError(scope, {
        input: 'scope',
        value: scope.node.path,
        allowed: 'a scope whose stacks have been synthesized: the estimate is read from the final templates',
        fix: "call app.synth() first, or run 'bma cost cdk.out'",
      });
    }
    // A stack can refer to resources in another stack of the app.
    const sources = readConstructTree(stage);
    const own = new Set(readConstructTree(scope).map(({ templatePath }) => templatePath));
    const stacks = sources.filter(({ templatePath }) => own.has(templatePath)).map(({ id }) => id);
    const outermost = stacks.filter((id) => !stacks.some((other) => id.startsWith(`${other}/`)));
    const analysis = loadAnalysis<CostAnalysis>();
    requireAssumptions(analysis, assumptions);
    return new MonthlyCostEstimate(analysis, analysis.estimateStacks(sources, assumptions, outermost));
  }

  /**
   * Estimates any cloud assembly.
   *
   * @param directory the assembly, usually `cdk.out`.
   * @param assumptions how the agents are used.
   * @throws InputError for a directory without a manifest, and for an invalid assumption.
   */
  public static fromAssembly(directory: string, assumptions?: CostAssumptions): MonthlyCostEstimate {
    requireInput(fs.existsSync(path.join(directory, 'manifest.json')), WHERE, {
      input: 'directory',
      value: directory,
      allowed: 'a cloud assembly, which has a manifest.json',
      fix: "run 'cdk synth' first and name its output directory",
    });
    const analysis = loadAnalysis<CostAnalysis>();
    requireAssumptions(analysis, assumptions);
    return new MonthlyCostEstimate(analysis, analysis.estimateDirectory(directory, assumptions));
  }

  /** Idle cost in US dollars per month, without undocumented prices. */
  public readonly idleUsdPerMonth: number;
  /** US dollars per month with the assumed turns of every agent. */
  public readonly totalUsdPerMonth: number;
  /** Lines of the idle cost. */
  public readonly idle: CostLine[];
  /** The cost of one turn of each agent. */
  public readonly turns: TurnCostEstimate[];
  /** Costs that are not included: undocumented prices, resources without a known price, traffic, taxes. */
  public readonly notIncluded: string[];

  private constructor(
    private readonly analysis: CostAnalysis,
    private readonly record: CostRecord,
  ) {
    this.idleUsdPerMonth = record.idleUsdPerMonth;
    this.totalUsdPerMonth = record.totalUsdPerMonth;
    this.idle = record.idle.map(lineOf);
    this.turns = record.turns.map(({ agent, model, usd, entries }) => ({
      agentName: agent,
      ...(model ? { modelId: model } : {}),
      usd,
      lines: entries.map(lineOf),
    }));
    this.notIncluded = analysis.outside(record);
  }

  /**
   * Text for a terminal: every line, the assumptions, and the costs that aren't included. The same templates give the
   * same text.
   */
  public asText(): string {
    return this.analysis.costText(this.record);
  }

  /** Markdown for a pull request or a wiki. */
  public asMarkdown(): string {
    return this.analysis.costMarkdown(this.record);
  }

  /** JSON for programs: the lines with price, source and date. */
  public asJson(): string {
    return this.analysis.costJson(this.record);
  }
}

const WHERE = 'MonthlyCostEstimate';

/** The part of the analysis that estimates (analysis/index.ts). */
interface CostAnalysis {
  refusedAssumption(given?: CostAssumptions): RefusedInput | undefined;
  estimateStacks(stacks: readonly StackTemplate[], given?: CostAssumptions, only?: readonly string[]): CostRecord;
  estimateDirectory(directory: string, given?: CostAssumptions): CostRecord;
  costText(record: CostRecord): string;
  costMarkdown(record: CostRecord): string;
  costJson(record: CostRecord): string;
  outside(record: CostRecord): string[];
}

/** The members of an estimate that this class reads (analysis/cost/record.ts). */
interface CostRecord {
  readonly idleUsdPerMonth: number;
  readonly totalUsdPerMonth: number;
  readonly idle: readonly CostEntry[];
  readonly turns: readonly {
    readonly agent: string;
    readonly model: string;
    readonly usd: number;
    readonly entries: readonly CostEntry[];
  }[];
}

interface CostEntry {
  readonly group: string;
  readonly unit: string;
  readonly quantity: number;
  readonly usd?: number;
  readonly price: { readonly page: string; readonly readIn: string; readonly readOn: string };
}

function requireAssumptions(analysis: CostAnalysis, assumptions: CostAssumptions | undefined): void {
  const refused = analysis.refusedAssumption(assumptions);
  if (refused) {
    throw new InputError(WHERE, refused);
  }
}

function lineOf({ group, unit, quantity, usd, price }: CostEntry): CostLine {
  const { page, readIn, readOn } = price;
  return { group, unit, quantity, ...(usd === undefined ? {} : { usd }), page, readIn, readOn };
}
