import * as fs from 'fs';
import * as path from 'path';
import { App, attachCustomSynthesis, Stage } from 'aws-cdk-lib/core';
import type { Construct, IConstruct } from 'constructs';
import { InputError } from '../validation/input-error';
import { loadAnalysis } from './analysis';
import { readConstructTree, type StackTemplate } from './construct-tree';
import { checkInputsOf } from '../validation/checked-inputs';

/**
 * What each agent of an app can reach and do, written next to the templates at synth: its roles with every action,
 * resource and condition, its network, its data stores, the principals and events that can start it, its limits, and
 * what isn't known. Written to `cdk.out/security-statements/<agent>.json`, `.md` and `.html`. `bma statement <cdk.out>`
 * creates it from any cloud assembly, and `bma diff-statement <old> <new>` compares two.
 */
export class SecurityStatement {
  static {
    checkInputsOf(this, 'SecurityStatement');
  }

  /**
   * Writes the statements whenever the app is synthesized. Agents of nested stacks, of several stacks and of hand-written
   * stacks are included; the agents of a Stage are described in the Stage's own directory of the assembly.
   *
   * The statements are read from the final templates, so property overrides and aspects are in them. They aren't
   * artifacts of the assembly, so `cdk` and pipelines ignore them.
   *
   * @param app the app, or one Stage of it.
   * @throws InputError when the scope is another construct, or already has another custom synthesis.
   */
  public static writeFor(app: IConstruct): void {
    if (!Stage.isStage(app)) {
      throw new InputError(app, {
        input: 'app',
        value: app.node.path,
        allowed: 'an App or a Stage: statements are written when it has synthesized all its stacks',
        fix: 'pass the App',
      });
    }
    attach(app);
  }

  private constructor() {}
}

/** Stages that have the hook: calling twice is harmless. */
const attached = new WeakSet<Construct>();

function attach(stage: Stage): void {
  if (attached.has(stage)) {
    return;
  }
  try {
    // A validation plugin may not write to the assembly (the CDK compares its checksum). A custom synthesis of the root
    // runs after the synthesis of everything below it, when all templates are final.
    attachCustomSynthesis(stage, { onSynthesize: () => write(stage) });
  } catch {
    throw new InputError(stage, {
      input: 'app',
      value: App.isApp(stage) ? 'App' : stage.node.path,
      allowed: 'a scope without another custom synthesis',
      fix: "run 'bma statement cdk.out' after synth instead",
    });
  }
  attached.add(stage);
}

/** Nested Stages have been synthesized before: each has its own directory, and its stacks reference only each other. */
function write(stage: Stage): void {
  const analysis = loadAnalysis<StatementAnalysis>();
  const byDirectory = new Map<string, StackTemplate[]>();
  for (const source of readConstructTree(stage)) {
    const directory = path.dirname(source.templatePath);
    byDirectory.set(directory, [...(byDirectory.get(directory) ?? []), source]);
  }
  for (const [directory, sources] of byDirectory) {
    const place = path.join(directory, analysis.STATEMENT_DIRECTORY);
    // An assembly directory is written repeatedly, so statements of removed agents must be deleted.
    fs.rmSync(place, { recursive: true, force: true });
    analysis.writeStatements(analysis.statementsOfStacks(sources), place);
  }
}

/** The part of the analysis that creates statements (analysis/index.ts). */
interface StatementAnalysis {
  readonly STATEMENT_DIRECTORY: string;
  statementsOfStacks(stacks: readonly StackTemplate[]): readonly object[];
  writeStatements(statements: readonly object[], directory: string): void;
}
