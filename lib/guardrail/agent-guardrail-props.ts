import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RemovalPolicy } from 'aws-cdk-lib/core';
import type { GuardrailContentFilter } from './content-filter';
import type { GuardrailTopic } from './denied-topic';
import type { GuardrailGrounding } from './grounding-check';
import type { GuardrailAction } from './guardrail-action';
import type { GuardrailProfile } from './guardrail-profile';
import type { GuardrailTier } from './guardrail-tier';
import type { GuardrailSensitiveInformation } from './sensitive-information';
import type { GuardrailWordFilter } from './word-filter';

/** Properties of every guardrail. */
export interface AgentGuardrailOptions {
  /**
   * Name of the guardrail: 1 to 50 letters, digits, `-` and `_`.
   *
   * @default - generated from the construct path
   */
  readonly guardrailName?: string;
  /**
   * Description of the guardrail, 1 to 200 characters.
   *
   * @default - none
   */
  readonly description?: string;
  /**
   * The message that replaces a blocked input, 1 to 500 characters.
   *
   * @default 'This request was stopped by a guardrail.'
   */
  readonly blockedInputMessage?: string;
  /**
   * The message that replaces a blocked output, 1 to 500 characters.
   *
   * @default 'This answer was withheld by a guardrail.'
   */
  readonly blockedOutputMessage?: string;
  /**
   * Topics that are denied, at most 30.
   *
   * @default - none
   */
  readonly topics?: GuardrailTopic[];
  /**
   * Words that are filtered, at most 10000 in total.
   *
   * @default - none
   */
  readonly wordFilters?: GuardrailWordFilter[];
  /**
   * Whether answers must be grounded in a given source.
   *
   * @default - not checked
   */
  readonly grounding?: GuardrailGrounding[];
  /**
   * Customer-managed key of the guardrail. Callers that apply the guardrail need it; `grants.apply` grants it.
   *
   * @default - a new AgentKey
   */
  readonly encryptionKey?: IKey;
  /**
   * The profile with the Regions in which the STANDARD tier may evaluate the guardrail.
   *
   * @default - the profile that AWS offers in the Region of the stack
   */
  readonly profile?: GuardrailProfile;
  /**
   * What happens to a replaced version. A turn that runs during the deployment still uses it. The default quota is 20 versions
   * per guardrail: delete old versions if a deployment fails at the quota.
   *
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE - kept, unless the deployment that created it is rolled back
   */
  readonly versionRemovalPolicy?: RemovalPolicy;
}

/** Properties of an AgentGuardrail. */
export interface AgentGuardrailProps extends AgentGuardrailOptions {
  /**
   * Content filters, at most one of each category.
   *
   * @default - none
   */
  readonly contentFilters?: GuardrailContentFilter[];
  /**
   * Sensitive information: entities of AWS, and at most 10 regular expressions.
   *
   * @default - none
   */
  readonly sensitiveInformation?: GuardrailSensitiveInformation[];
  /**
   * The models that evaluate content filters and denied topics.
   *
   * @default GuardrailTier.STANDARD - supports code, many languages and prompt leakage
   */
  readonly tier?: GuardrailTier;
}

/** Properties of the guardrail for coding agents. */
export interface StandardGuardrailOptions extends AgentGuardrailOptions {
  /**
   * Content filters that replace the standard ones of the same category.
   *
   * @default - the standard filters
   */
  readonly contentFilters?: GuardrailContentFilter[];
  /**
   * Sensitive information in addition to the standard handling. An entry with the same entity or pattern name replaces
   * the standard one. Five more patterns are possible.
   *
   * @default - the standard handling
   */
  readonly sensitiveInformation?: GuardrailSensitiveInformation[];
  /**
   * What happens to secrets, in both directions: MASK or BLOCK. Private keys are always blocked, because a pattern
   * finds only their first line.
   *
   * @default GuardrailAction.MASK - the agent can report a secret, and a false positive doesn't stop a review
   */
  readonly secrets?: GuardrailAction;
}

/** Attributes of an existing guardrail. */
export interface AgentGuardrailAttributes {
  /** ARN of the guardrail, without version. */
  readonly guardrailArn: string;
  /** Number of the version to apply. DRAFT is refused, because it can change at any time. */
  readonly guardrailVersion: string;
  /**
   * Key of the guardrail.
   *
   * @default - the guardrail has no customer-managed key; grants include no permission on the key
   */
  readonly encryptionKey?: IKey;
  /**
   * Guardrail profile, if the guardrail has one (the STANDARD tier always does).
   *
   * @default - none; if the guardrail has one, callers that apply it are then denied
   */
  readonly profile?: GuardrailProfile;
}
