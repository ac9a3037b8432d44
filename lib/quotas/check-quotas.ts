import * as fs from 'fs';
import * as path from 'path';
import { Stack, Stage } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { afterTemplates } from '../validation/after-templates';
import { stackQuotas } from './stack-quotas';
import { stageQuotas } from './stage-quotas';
import { WrittenTemplates } from './written-templates';

const CHECKED = Symbol.for('cdk-bedrock-managed-agents.quotas');
const ID = 'CdkBedrockManagedAgentsQuotas';

/**
 * Checks all resources of a construct's stack at synthesis, once per stack. Additions of other stacks to a resource are
 * counted for all stacks of the Stage.
 */
export function checkQuotas(scope: IConstruct): void {
  const stage: (Stage & { [CHECKED]?: Set<Stack> }) | undefined = Stage.of(scope);
  if (!stage) {
    return;
  }
  const checked = stage[CHECKED] ?? new Set();
  if (!stage[CHECKED]) {
    Object.defineProperty(stage, CHECKED, { value: checked });
    afterTemplates(stage, ID, () => countQuotas(stage, checked));
  }
  checked.add(Stack.of(scope));
}

/**
 * Reads the templates after the CDK wrote all of them, so that resources aren't resolved a second time, and before it
 * writes the manifest, without which a deployment isn't possible.
 *
 * So quotas are reported only when no other validation fails. Counting them during validation, before there are templates,
 * resolved each resource a second time: 15 % of the CPU time of every synthesis.
 */
function countQuotas(stage: Stage, checked: ReadonlySet<Stack>): void {
  const templates = new WrittenTemplates(stage);
  const errors = templates.stacks
    .filter((stack) => checked.has(stack))
    .flatMap((stack) => stackQuotas(stack, templates.of(stack)).map((error) => `[${stack.node.path}] ${error}`));
  errors.push(...stageQuotas(stage, templates).map((error) => `[${stage.node.path}] ${error}`));
  if (errors.length > 0) {
    // An earlier synthesis may have left one: with it, the new templates could be deployed.
    fs.rmSync(path.join(stage.outdir, 'manifest.json'), { force: true });
    throw new Error(`Validation failed with the following errors:\n  ${errors.join('\n  ')}`);
  }
}
