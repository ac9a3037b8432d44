import { attachCustomSynthesis, type Stage } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

/**
 * Does something after the CDK wrote the templates of a Stage, and before it writes the manifest of the Stage and runs the
 * packs. The CDK synthesizes the constructs of a Stage in their order. A construct is added last, when the Stage is
 * validated, and removed when it is synthesized. It isn't added if the validation of an earlier construct fails.
 *
 * @param id of the construct, unique in the Stage
 */
export function afterTemplates(stage: Stage, id: string, run: () => void): void {
  stage.node.addValidation({
    validate: () => {
      stage.node.tryRemoveChild(id); // of a synthesis that failed
      attachCustomSynthesis(new Construct(stage, id), {
        onSynthesize: () => {
          stage.node.tryRemoveChild(id);
          run();
        },
      });
      return [];
    },
  });
}
