import { CfnEnforcedGuardrailConfiguration } from 'aws-cdk-lib/aws-bedrock';
import { Annotations, Stack, Stage, Token } from 'aws-cdk-lib/core';
import { requireInput } from '../validation/input-error';
import type { AgentGuardrailBase } from './agent-guardrail-base';

/** The models that an account-wide guardrail is enforced on. A model in both lists is excluded. */
export interface GuardrailEnforcementOptions {
  /**
   * Ids of the models the guardrail is enforced on.
   *
   * @default - all
   */
  readonly includedModels?: string[];
  /**
   * Ids of models the guardrail is not enforced on, for example embedding models.
   *
   * @default - none
   */
  readonly excludedModels?: string[];
}

/** See `AgentGuardrail.enforceInAccount`. */
export function enforceInAccount(guardrail: AgentGuardrailBase, props: GuardrailEnforcementOptions): void {
  requireModels(guardrail, 'includedModels', props.includedModels);
  requireModels(guardrail, 'excludedModels', props.excludedModels);
  const { includedModels = ['ALL'], excludedModels = [] } = props;
  const everything = props.includedModels === undefined && props.excludedModels === undefined;
  const enforcement = new CfnEnforcedGuardrailConfiguration(guardrail, 'AccountEnforcement', {
    guardrailIdentifier: guardrail.guardrailArn,
    guardrailVersion: guardrail.guardrailVersion,
    modelEnforcement: everything ? undefined : { includedModels, excludedModels },
    // Tags that callers add to a prompt must not decide which text is screened.
    selectiveContentGuarding: { system: 'COMPREHENSIVE', messages: 'COMPREHENSIVE' },
  });
  enforcement.node.addValidation({ validate: () => duplicateErrors(enforcement) });
  Annotations.of(guardrail).addWarningV2(
    'cdk-bedrock-managed-agents:accountEnforcement',
    'This guardrail is enforced on the model invocations of the whole account in this Region. AWS does not document that ' +
      'this covers managed agents: guardrails are listed as not supported on bedrock-mantle. And every role that calls a ' +
      'model through bedrock-runtime now needs bedrock:ApplyGuardrail on this guardrail (grants.apply), or its calls fail.',
  );
}

function requireModels(guardrail: AgentGuardrailBase, input: string, models: string[] | undefined): void {
  requireInput(models === undefined || Token.isUnresolved(models) || models.length > 0, guardrail, {
    input,
    value: models,
    allowed: 'at least one model id',
    fix: 'leave it out',
  });
}

function duplicateErrors(enforcement: CfnEnforcedGuardrailConfiguration): string[] {
  const twin = (Stage.of(enforcement) ?? enforcement.node.root).node
    .findAll()
    .find(
      (other) =>
        CfnEnforcedGuardrailConfiguration.isCfnEnforcedGuardrailConfiguration(other) &&
        other.node.path < enforcement.node.path &&
        Stack.of(other).environment === Stack.of(enforcement).environment,
    );
  return twin
    ? [
        `there is an enforced guardrail in this account and Region already (${twin.node.path}). Allowed: one. ` +
          'Fix: put what both filter into one guardrail.',
      ]
    : [];
}
