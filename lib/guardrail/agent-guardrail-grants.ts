import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { granted } from '../identity/granted';
import { GUARDRAIL_APPLY_ACTIONS } from '../identity/perms';
import type { IAgentGuardrail } from './agent-guardrail-base';
import { grantGuardrailKey } from './guardrail-key';
import { checkInputsOf } from '../validation/checked-inputs';

/** Permissions to use a guardrail. No method grants changing it. */
export class AgentGuardrailGrants {
  static {
    checkInputsOf(this, 'AgentGuardrailGrants');
  }

  /** Grants for this guardrail. */
  public static fromGuardrail(guardrail: IAgentGuardrail): AgentGuardrailGrants {
    return new AgentGuardrailGrants(guardrail);
  }

  private constructor(private readonly guardrail: IAgentGuardrail) {}

  /**
   * The grantee may apply this guardrail to texts: `bedrock:ApplyGuardrail` on it and on its profile in every
   * destination Region, and `kms:Decrypt` with its key, only through Bedrock and only for guardrails. IAM has no
   * resource type for versions of a guardrail, so the grantee may apply each of them.
   *
   * Sources: docs.aws.amazon.com/bedrock/latest/userguide/{guardrail-profiles-permissions,guardrails-permissions-kms}.html
   */
  public apply(grantee: IGrantable): Grant {
    const { guardrailArn, profileArns, encryptionKey } = this.guardrail;
    const judge = Grant.addToPrincipal({
      grantee,
      actions: GUARDRAIL_APPLY_ACTIONS,
      resourceArns: [guardrailArn, ...profileArns],
    });
    const grant = encryptionKey ? judge.combine(grantGuardrailKey(encryptionKey, grantee)) : judge;
    return granted(this.guardrail, 'grants.apply', grantee, grant);
  }
}
