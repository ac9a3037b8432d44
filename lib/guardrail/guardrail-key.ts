import { Grant, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { KEY_READ_ACTIONS } from '../identity/perms';

/**
 * Only through Bedrock, and only for a guardrail. The key often protects other data, too: without the condition,
 * callers that apply the guardrail could decrypt all of it.
 *
 * Source: the AWS managed policy SageMakerStudioBedrockFlowServiceRolePolicy, version 9 (statement
 * BedrockGuardrailKmsPermissions); docs.aws.amazon.com/bedrock/latest/userguide/guardrails-permissions-kms.html names the action.
 */
const FOR_GUARDRAILS = {
  StringLike: { 'kms:ViaService': 'bedrock.*.amazonaws.com' },
  Null: { 'kms:EncryptionContext:aws:bedrock:guardrail-id': 'false' },
};

/** A role may use the key of a guardrail when it applies the guardrail. */
export function guardrailKeyStatement(key: IKey): PolicyStatement {
  return new PolicyStatement({
    sid: 'UseGuardrailKey',
    actions: KEY_READ_ACTIONS,
    resources: [key.keyArn],
    conditions: FOR_GUARDRAILS,
  });
}

/** The same for any grantee. */
export function grantGuardrailKey(key: IKey, grantee: IGrantable): Grant {
  return Grant.addToPrincipal({
    grantee,
    actions: KEY_READ_ACTIONS,
    resourceArns: [key.keyArn],
    conditions: FOR_GUARDRAILS,
  });
}
