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

/** What every guardrail can be given. */
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
   * Words that are looked for, at most 10000 in all.
   *
   * @default - none
   */
  readonly wordFilters?: GuardrailWordFilter[];
  /**
   * Whether answers must follow from a source that is given along.
   *
   * @default - not checked
   */
  readonly grounding?: GuardrailGrounding[];
  /**
   * Customer-managed key of the guardrail. Whoever applies the guardrail needs it; `grants.apply` gives it.
   *
   * @default - an AgentKey of its own
   */
  readonly encryptionKey?: IKey;
  /**
   * Geography in which the STANDARD tier may evaluate the guardrail.
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
   * Sensitive information: entities that AWS knows, and at most 10 regular expressions.
   *
   * @default - none
   */
  readonly sensitiveInformation?: GuardrailSensitiveInformation[];
  /**
   * Which models evaluate content filters and denied topics.
   *
   * @default GuardrailTier.STANDARD - knows code, many languages and prompt leakage
   */
  readonly tier?: GuardrailTier;
}

/** Properties of the guardrail for coding agents. */
export interface StandardGuardrailOptions extends AgentGuardrailOptions {
  /**
   * Content filters in place of the standard ones of the same category.
   *
   * @default - the standard filters
   */
  readonly contentFilters?: GuardrailContentFilter[];
  /**
   * Sensitive information in addition to the standard, or in its place where the entity or the pattern's name is the same.
   * Five more patterns fit in.
   *
   * @default - the standard handling
   */
  readonly sensitiveInformation?: GuardrailSensitiveInformation[];
  /**
   * What happens to secrets, in both directions: MASK or BLOCK. Private keys are always blocked, because a pattern finds
   * their first line only.
   *
   * @default GuardrailAction.MASK - the agent can report that there is a secret, and a false alarm does not stop a review
   */
  readonly secrets?: GuardrailAction;
}

/** A guardrail that exists already. */
export interface AgentGuardrailAttributes {
  /** ARN of the guardrail, without version. */
  readonly guardrailArn: string;
  /** Number of the version to apply. DRAFT is refused: it changes under its users. */
  readonly guardrailVersion: string;
  /**
   * Key of the guardrail.
   *
   * @default - the guardrail has no customer-managed key; grants carry no key permission
   */
  readonly encryptionKey?: IKey;
  /**
   * Guardrail profile, if the guardrail has one (the STANDARD tier always does).
   *
   * @default - none; who applies a guardrail that has one is then denied
   */
  readonly profile?: GuardrailProfile;
}
