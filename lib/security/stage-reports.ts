import * as fs from 'fs';
import * as path from 'path';
import { type Stack, Stage } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { afterTemplates } from '../validation/after-templates';
import { stacksBelow } from './construct-tree';

const ID = 'ManagedAgentChecksOfStages';

/** The scopes of the packs of each app. */
const scopes = new WeakMap<Stage, Set<IConstruct>>();

/**
 * Lets `cdk synth` fail for a stack of a Stage, too. Without arguments, the command reports only the findings of top-level stacks,
 * and of stacks whose manifest says so (`validateOnSynth`). The CDK writes that for the Stages of CDK Pipelines only.
 *
 * @param scope the App, Stage or Stack that a pack checks
 */
export function reportStages(scope: IConstruct): void {
  const app = scope.node.root;
  if (!Stage.isStage(app)) {
    return;
  }
  const known = scopes.get(app);
  if (known) {
    known.add(scope);
    return;
  }
  const checked = new Set([scope]);
  scopes.set(app, checked);
  // Changes the manifests of Stages after the CDK wrote them, and before it runs the packs, which may not write to the assembly.
  afterTemplates(app, ID, () => {
    const stacks = [...checked].flatMap((each) => stacksBelow(each)).filter(isInStage);
    for (const stage of new Set(stacks.map((stack) => Stage.of(stack)!))) {
      report(
        stage,
        stacks.filter((stack) => Stage.of(stack) === stage),
      );
    }
  });
}

function isInStage(stack: Stack): boolean {
  return Stage.of(stack)?.parentStage !== undefined && stack.nestedStackParent === undefined;
}

function report(stage: Stage, stacks: readonly Stack[]): void {
  const file = path.join(stage.outdir, 'manifest.json');
  const manifest = JSON.parse(fs.readFileSync(file, 'utf8')) as { artifacts: Record<string, { properties?: object }> };
  for (const { artifactId } of stacks) {
    const artifact = manifest.artifacts[artifactId];
    artifact.properties = { ...artifact.properties, validateOnSynth: true };
  }
  fs.writeFileSync(file, JSON.stringify(manifest, undefined, 2));
}
