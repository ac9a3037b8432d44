import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct, type IConstruct } from 'constructs';
import { AgentGuardrailGrants } from './agent-guardrail-grants';
import { AgentGuardrailMetrics } from './agent-guardrail-metrics';

/** A guardrail, new or imported, which screens the input and the output of an agent. */
export interface IAgentGuardrail extends IConstruct {
  /** Id of the guardrail. */
  readonly guardrailId: string;
  /** ARN of the guardrail. */
  readonly guardrailArn: string;
  /** Number of the version to apply; never DRAFT. */
  readonly guardrailVersion: string;
  /** ARNs of the guardrail profile in every Region where the guardrail may be evaluated; empty without a profile. */
  readonly profileArns: string[];
  /** Key of the guardrail; undefined when it is unknown. */
  readonly encryptionKey?: IKey;
  /** Permissions to apply the guardrail. */
  readonly grants: AgentGuardrailGrants;
  /** Metrics of the current version. */
  readonly metrics: AgentGuardrailMetrics;
}

/**
 * The common base of defined and imported guardrails.
 *
 * @internal
 */
export abstract class AgentGuardrailBase extends Construct implements IAgentGuardrail {
  public abstract readonly guardrailId: string;
  public abstract readonly guardrailArn: string;
  public abstract readonly guardrailVersion: string;
  public abstract readonly profileArns: string[];
  public abstract readonly encryptionKey?: IKey;

  public readonly grants: AgentGuardrailGrants = AgentGuardrailGrants.fromGuardrail(this);
  public readonly metrics: AgentGuardrailMetrics = AgentGuardrailMetrics.fromGuardrail(this);
}
