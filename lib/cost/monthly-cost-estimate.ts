import * as fs from 'fs';
import * as path from 'path';
import { Stage } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { recordOfAssembly } from './assembly-estimate';
import { readConstructTree, stacksBelow } from '../security/template/construct-tree';
import { TemplateIndex } from '../security/template-index';
import { InputError } from '../validation/input-error';
import { assumed } from './assumption-values';
import type { CostAssumptions } from './cost-assumptions';
import type { CostLine, TurnCostEstimate } from './cost-line';
import type { CostEntry, CostRecord } from './cost-record';
import { estimate } from './estimate';
import { costMarkdown } from './markdown';
import { costJson, costText, outside } from './text';

/**
 * What an app costs per month, computed from its final templates: overrides, aspects and everything an app adds of its own
 * are counted. List prices of us-east-1 with their source and date; a price that could not be established is said to be
 * not documented and is in no sum.
 *
 * There is no such method on the agent: before synthesis a construct knows neither its network, which may stand in
 * another stack, nor what overrides and aspects make of it.
 *
 * The same is printed by `bma cost <cdk.out>`.
 */
export class MonthlyCostEstimate {
  /**
   * Estimates an app, a Stage or a stack that has been synthesized.
   *
   * @param scope an App or a Stage: all its stacks. A Stack: that stack with its nested stacks. Another construct: its stack.
   * @param assumptions how the agents are used; each has a documented default.
   * @throws InputError before synthesis, and for an assumption that cannot be.
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
    // What a stack refers to may stand in another stack of the app.
    const sources = readConstructTree(stage);
    const own = new Set(readConstructTree(scope).map(({ templatePath }) => templatePath));
    const stacks = sources.filter(({ templatePath }) => own.has(templatePath)).map(({ id }) => id);
    const outermost = stacks.filter((id) => !stacks.some((other) => id.startsWith(`${other}/`)));
    return new MonthlyCostEstimate(estimate(new TemplateIndex(sources), assumed(assumptions), outermost));
  }

  /**
   * Estimates a cloud assembly, however it was made.
   *
   * @param directory the assembly, usually `cdk.out`.
   * @param assumptions how the agents are used.
   * @throws InputError for a directory without a manifest, and for an assumption that cannot be.
   */
  public static fromAssembly(directory: string, assumptions?: CostAssumptions): MonthlyCostEstimate {
    return new MonthlyCostEstimate(recordOfAssembly(directory, assumptions));
  }

  /** US dollars per month when nobody uses it, without what is not documented. */
  public readonly idleUsdPerMonth: number;
  /** US dollars per month with the assumed turns of every agent. */
  public readonly totalUsdPerMonth: number;
  /** What is due when nobody uses it. */
  public readonly idle: CostLine[];
  /** What one turn of each agent costs. */
  public readonly turns: TurnCostEstimate[];
  /** What the sums do not hold: prices that are not documented, resources without a known price, traffic, taxes. */
  public readonly notIncluded: string[];

  private constructor(private readonly record: CostRecord) {
    this.idleUsdPerMonth = record.idleUsdPerMonth;
    this.totalUsdPerMonth = record.totalUsdPerMonth;
    this.idle = record.idle.map(lineOf);
    this.turns = record.turns.map(({ agent, model, usd, entries }) => ({
      agentName: agent,
      ...(model ? { modelId: model } : {}),
      usd,
      lines: entries.map(lineOf),
    }));
    this.notIncluded = outside(record);
  }

  /** For a terminal: every line, the assumptions, and what is not in the sums. Same templates, same text. */
  public asText(): string {
    return costText(this.record);
  }

  /** For a pull request or a wiki. */
  public asMarkdown(): string {
    return costMarkdown(this.record);
  }

  /** For programs: the lines with price, source and date, as JSON text. */
  public asJson(): string {
    return costJson(this.record);
  }
}

function lineOf({ group, unit, quantity, usd, price }: CostEntry): CostLine {
  const { page, readIn, readOn } = price;
  return { group, unit, quantity, ...(usd === undefined ? {} : { usd }), page, readIn, readOn };
}
