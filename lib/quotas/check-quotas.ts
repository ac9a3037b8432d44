import { attachCustomSynthesis, Stack, Stage } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import { stackQuotas } from './stack-quotas';
import { stageQuotas } from './stage-quotas';
import { WrittenTemplates } from './written-templates';

const CHECKED = Symbol.for('cdk-bedrock-managed-agents.quotas');
const ID = 'CdkBedrockManagedAgentsQuotas';

/**
 * Has the stack of a construct checked at synthesis: everything in it, whoever made it. Once per stack. What other stacks
 * add to a resource is counted for all stacks of the Stage.
 */
export function checkQuotas(scope: IConstruct): void {
  const stage: (Stage & { [CHECKED]?: Set<Stack> }) | undefined = Stage.of(scope);
  if (!stage) {
    return;
  }
  const checked = stage[CHECKED] ?? new Set();
  if (!stage[CHECKED]) {
    Object.defineProperty(stage, CHECKED, { value: checked });
    stage.node.addValidation({
      validate: () => {
        new QuotaCheck(stage, checked);
        return [];
      },
    });
  }
  checked.add(Stack.of(scope));
}

/**
 * Reads the templates when the CDK has written all of them, so that no resource is resolved for it a second time, and before
 * it writes the manifest, without which nothing is deployed. The CDK goes through the constructs of a Stage in their order:
 * this one is added last, when the Stage is validated, and is gone when it has been reached.
 */
class QuotaCheck extends Construct {
  constructor(stage: Stage, checked: ReadonlySet<Stack>) {
    stage.node.tryRemoveChild(ID); // of a synthesis that failed
    super(stage, ID);
    attachCustomSynthesis(this, {
      onSynthesize: () => {
        stage.node.tryRemoveChild(ID);
        const templates = new WrittenTemplates(stage);
        const errors = templates.stacks
          .filter((stack) => checked.has(stack))
          .flatMap((stack) => stackQuotas(stack, templates.of(stack)).map((error) => `[${stack.node.path}] ${error}`));
        errors.push(...stageQuotas(stage, templates).map((error) => `[${stage.node.path}] ${error}`));
        if (errors.length > 0) {
          throw new Error(`Validation failed with the following errors:\n  ${errors.join('\n  ')}`);
        }
      },
    });
  }
}
