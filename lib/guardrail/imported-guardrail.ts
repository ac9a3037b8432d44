import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Arn, ArnFormat, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { declareImportedGuardrail } from '../declaration/imported';
import { GUARDRAIL_LIMITS } from '../facts/guardrail-limits';
import { requirePattern } from '../validation/input-error';
import { AgentGuardrailBase } from './agent-guardrail-base';
import type { AgentGuardrailAttributes } from './agent-guardrail-props';
import { profileArns } from './profile-arns';

/** What `AgentGuardrail.fromAgentGuardrailAttributes` returns. */
export class ImportedGuardrail extends AgentGuardrailBase {
  public readonly guardrailId: string;
  public readonly guardrailArn: string;
  public readonly guardrailVersion: string;
  public readonly profileArns: string[];
  public readonly encryptionKey?: IKey;

  constructor(scope: Construct, id: string, attributes: AgentGuardrailAttributes) {
    super(scope, id);
    requirePattern(
      this,
      'guardrailArn',
      attributes.guardrailArn,
      GUARDRAIL_LIMITS.arnPattern,
      'arn:<partition>:bedrock:<region>:<account>:guardrail/<id>, without version',
      'copy the ARN from `aws bedrock list-guardrails`',
    );
    requirePattern(
      this,
      'guardrailVersion',
      attributes.guardrailVersion,
      GUARDRAIL_LIMITS.versionPattern,
      'the number of a version; DRAFT changes under its users',
      'make a version with `aws bedrock create-guardrail-version` and pass its number',
    );
    const arn = Stack.of(this).splitArn(attributes.guardrailArn, ArnFormat.SLASH_RESOURCE_NAME);
    this.guardrailArn = attributes.guardrailArn;
    this.guardrailId = arn.resourceName ?? Arn.extractResourceName(attributes.guardrailArn, 'guardrail');
    this.guardrailVersion = attributes.guardrailVersion;
    this.encryptionKey = attributes.encryptionKey;
    this.profileArns = attributes.profile
      ? profileArns(this, attributes.profile, { partition: arn.partition, account: arn.account })
      : [];
    declareImportedGuardrail(this, this.guardrailArn, this.guardrailId);
  }
}
