import * as fs from 'fs';
import * as path from 'path';
import { attachCustomSynthesis, type Stack, Stage } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
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
  app.node.addValidation({
    validate: () => {
      new StageReports(app, checked);
      return [];
    },
  });
}

/**
 * Changes the manifests of Stages after the CDK wrote them, and before it runs the packs, which may not write to the assembly. This
 * construct is added when the app is validated, and removed when it is synthesized.
 */
class StageReports extends Construct {
  constructor(app: Stage, checked: ReadonlySet<IConstruct>) {
    app.node.tryRemoveChild(ID); // of a synthesis that failed
    super(app, ID);
    attachCustomSynthesis(this, {
      onSynthesize: () => {
        app.node.tryRemoveChild(ID);
        for (const scope of checked) {
          stacksBelow(scope).filter(isInStage).forEach(report);
        }
      },
    });
  }
}

function isInStage(stack: Stack): boolean {
  return Stage.of(stack)?.parentStage !== undefined && stack.nestedStackParent === undefined;
}

function report(stack: Stack): void {
  const file = path.join(Stage.of(stack)!.outdir, 'manifest.json');
  const manifest = JSON.parse(fs.readFileSync(file, 'utf8')) as { artifacts: Record<string, { properties?: object }> };
  const artifact = manifest.artifacts[stack.artifactId];
  artifact.properties = { ...artifact.properties, validateOnSynth: true };
  fs.writeFileSync(file, JSON.stringify(manifest, undefined, 2));
}
