import { CfnGuardrail, CfnGuardrailVersion } from 'aws-cdk-lib/aws-bedrock';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { RemovalPolicy, Lazy, Names, Stack, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { AgentKey } from '../encryption/agent-key';
import { isDevelopment } from '../development/enabled-scopes';
import { requireUsableKey } from '../encryption/key-policy';
import { GUARDRAIL_LIMITS } from '../facts/guardrail-limits';
import { injectedProps } from '../injection/injected-props';
import { REMOVAL } from '../lifecycle/removal';
import { requireInput, requirePattern } from '../validation/input-error';
import { enforceInAccount, type GuardrailEnforcementOptions } from './account-enforcement';
import { AgentGuardrailBase, type IAgentGuardrail } from './agent-guardrail-base';
import type { AgentGuardrailAttributes, AgentGuardrailProps, StandardGuardrailOptions } from './agent-guardrail-props';
import { codingAgentPolicy } from './coding-agent-policy';
import type { GuardrailContentFilter } from './content-filter';
import type { GuardrailTopic } from './denied-topic';
import type { GuardrailGrounding } from './grounding-check';
import { GuardrailPolicy } from './guardrail-policy';
import { defaultProfile } from './guardrail-profile';
import { GuardrailTier } from './guardrail-tier';
import { ImportedGuardrail } from './imported-guardrail';
import { requireLength } from './length';
import { addressByContent, policyHashOf } from './policy-hash';
import { profileArn, profileArns } from './profile-arns';
import type { GuardrailSensitiveInformation } from './sensitive-information';
import type { GuardrailWordFilter } from './word-filter';
import { checkInputsOf } from '../validation/checked-inputs';
import { requireUniqueName } from '../validation/unique-name';

/**
 * A Bedrock guardrail and the version that screens the text of agents.
 *
 * A new version is created only if the policy changes. The workflow calls `ApplyGuardrail` before and after a turn. Agents use
 * bedrock-mantle, which doesn't support guardrails (docs.aws.amazon.com/bedrock/latest/userguide/endpoints.html), so text during
 * a turn is not screened.
 */
export class AgentGuardrail extends AgentGuardrailBase {
  static {
    checkInputsOf(this, 'AgentGuardrail');
  }

  /** Identifies this class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-bedrock-managed-agents.AgentGuardrail';

  /**
   * A guardrail for coding agents: STANDARD tier, prompt attacks at HIGH, content filters that allow security findings and
   * technical language, secrets masked, private keys blocked, identity and payment numbers masked in the published output.
   * docs/guardrails.md gives the reason for each choice; none was measured against AWS.
   *
   * @throws InputError when an input breaks a limit of the service, or `secrets` is neither MASK nor BLOCK.
   */
  public static standard(scope: Construct, id: string, props: StandardGuardrailOptions = {}): AgentGuardrail {
    return new AgentGuardrail(scope, id, { ...props, ...codingAgentPolicy(`${scope.node.path}/${id}`, props) });
  }

  /**
   * Imports an existing guardrail.
   *
   * @throws InputError if the version is DRAFT or not a number, or the ARN has another form.
   */
  public static fromAgentGuardrailAttributes(
    scope: Construct,
    id: string,
    attributes: AgentGuardrailAttributes,
  ): IAgentGuardrail {
    return new ImportedGuardrail(scope, id, attributes);
  }

  public readonly guardrailId: string;
  public readonly guardrailArn: string;
  public readonly guardrailVersion: string;
  public readonly profileArns: string[];
  public readonly encryptionKey?: IKey;

  private readonly policy: GuardrailPolicy;

  /** @throws InputError when an input breaks a limit of the service. */
  constructor(scope: Construct, id: string, props: AgentGuardrailProps) {
    super(scope, id);
    props = injectedProps(AgentGuardrail.PROPERTY_INJECTION_ID, scope, id, props);
    const tier = props.tier ?? GuardrailTier.STANDARD;
    const blockedInputMessage = props.blockedInputMessage ?? 'This request was stopped by a guardrail.';
    const blockedOutputMessage = props.blockedOutputMessage ?? 'This answer was withheld by a guardrail.';
    requireLength(this, 'blockedInputMessage', blockedInputMessage, GUARDRAIL_LIMITS.blockedMessageLength);
    requireLength(this, 'blockedOutputMessage', blockedOutputMessage, GUARDRAIL_LIMITS.blockedMessageLength);
    if (props.description !== undefined) {
      requireLength(this, 'description', props.description, GUARDRAIL_LIMITS.descriptionLength);
    }
    // AWS: "Cross-Region inference: Classic tier: not supported" (guardrails-tiers.html).
    requireInput(tier === GuardrailTier.STANDARD || props.profile === undefined, this, {
      input: 'profile',
      value: props.profile?.profileId,
      allowed: 'no profile in the CLASSIC tier, which is evaluated in its own Region',
      fix: 'leave profile out, or use GuardrailTier.STANDARD',
    });
    const profile =
      tier === GuardrailTier.STANDARD ? (props.profile ?? defaultProfile(this, Stack.of(this).region)) : undefined;
    this.policy = new GuardrailPolicy(this, tier);
    props.contentFilters?.forEach((filter) => this.addContentFilter(filter));
    props.topics?.forEach((topic) => this.addTopic(topic));
    props.wordFilters?.forEach((filter) => this.addWordFilter(filter));
    props.sensitiveInformation?.forEach((information) => this.addSensitiveInformation(information));
    props.grounding?.forEach((check) => this.addGrounding(check));

    if (props.encryptionKey) {
      requireUsableKey(props.encryptionKey, this);
    }
    // No service statement: according to AWS, the creator and the users of a guardrail use its key with their own
    // credentials.
    const key = props.encryptionKey ?? new AgentKey(this, 'Key', { protects: `the guardrail ${this.node.path}` });
    const guardrail = new CfnGuardrail(this, 'Resource', {
      name: this.checkedName(props.guardrailName),
      description: props.description,
      blockedInputMessaging: blockedInputMessage,
      blockedOutputsMessaging: blockedOutputMessage,
      kmsKeyArn: key.keyArn,
      crossRegionConfig: profile && { guardrailProfileArn: profileArn(this, profile) },
      ...this.policy.properties(),
    });
    const hash = policyHashOf(guardrail);
    const version = new CfnGuardrailVersion(this, 'Version', {
      guardrailIdentifier: guardrail.attrGuardrailId,
      description: Lazy.uncachedString({ produce: (context) => `Policy ${hash(context)}` }),
    });
    addressByContent(version, hash);
    version.applyRemovalPolicy(
      isDevelopment(this) ? RemovalPolicy.DESTROY : (props.versionRemovalPolicy ?? REMOVAL.guardrailVersion.policy),
    );

    this.guardrailId = guardrail.attrGuardrailId;
    this.guardrailArn = guardrail.attrGuardrailArn;
    this.guardrailVersion = version.attrVersion;
    this.profileArns = profile ? profileArns(this, profile) : [];
    this.encryptionKey = key;
    this.node.addValidation({ validate: () => [...this.policy.errors(), ...tagErrors(guardrail)] });
  }

  /**
   * Adds a content filter.
   *
   * @throws InputError when its category has a filter already.
   */
  public addContentFilter(filter: GuardrailContentFilter): void {
    this.policy.addContentFilter(filter);
  }

  /**
   * Denies a topic.
   *
   * @throws InputError when the name exists already, there are 30 topics, or its definition is too long for the tier.
   */
  public addTopic(topic: GuardrailTopic): void {
    this.policy.addTopic(topic);
  }

  /**
   * Adds words to filter.
   *
   * @throws InputError when there are more than 10000, or the same managed list twice.
   */
  public addWordFilter(filter: GuardrailWordFilter): void {
    this.policy.addWordFilter(filter);
  }

  /**
   * Adds sensitive information to find.
   *
   * @throws InputError when the entity or the pattern's name exists already, or there are 10 patterns.
   */
  public addSensitiveInformation(information: GuardrailSensitiveInformation): void {
    this.policy.addSensitiveInformation(information);
  }

  /**
   * Adds a grounding check.
   *
   * @throws InputError when its kind exists already.
   */
  public addGrounding(check: GuardrailGrounding): void {
    this.policy.addGrounding(check);
  }

  /**
   * Enforces this guardrail on the model invocations of the whole account, in this Region. An account and Region has
   * one such setting. It probably doesn't apply to agents: AWS names only InvokeModel and Converse, and lists
   * guardrails as not supported on bedrock-mantle. It affects all other workloads in the account: every role that calls
   * a model there then needs `grants.apply`. Synthesis adds a warning about both; acknowledge it after you have read
   * it.
   *
   * Source: docs.aws.amazon.com/bedrock/latest/userguide/guardrails-enforcements.html
   *
   * @throws InputError when a list of models is empty.
   */
  public enforceInAccount(props: GuardrailEnforcementOptions = {}): void {
    enforceInAccount(this, props);
  }

  private checkedName(name: string | undefined): string {
    if (name === undefined) {
      return Names.uniqueResourceName(this, { maxLength: GUARDRAIL_LIMITS.nameLength, separator: '-' });
    }
    requirePattern(
      this,
      'guardrailName',
      name,
      GUARDRAIL_LIMITS.namePattern,
      '1 to 50 letters, digits, - and _',
      'shorten the name or replace other characters, or leave it out',
    );
    if (!Token.isUnresolved(name)) requireUniqueName(this, 'guardrailName', name);
    return name;
  }
}

function tagErrors(guardrail: CfnGuardrail): string[] {
  const count = Object.keys(guardrail.cdkTagManager.tagValues()).length;
  return count <= GUARDRAIL_LIMITS.tags
    ? []
    : [`tags ${count} are not accepted. Allowed: ${GUARDRAIL_LIMITS.tags}. Fix: remove some.`];
}
