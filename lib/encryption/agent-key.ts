import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { CfnDeletionPolicy, Duration, Names, RemovalPolicy, Token } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { isDevelopment } from '../development/enabled-scopes';
import { injectedProps } from '../injection/injected-props';
import { REMOVAL } from '../lifecycle/removal';
import { checkQuotas } from '../quotas/check-quotas';
import { requireInput, requirePattern, requireWholeNumber } from '../validation/input-error';
import { KEY_GRANT_ACTIONS } from '../identity/perms';
import { requireUniqueName } from '../validation/unique-name';
import { checkInputsOf } from '../validation/checked-inputs';

/** Properties of an {@link AgentKey}. */
export interface AgentKeyProps {
  /**
   * What the key protects, as a noun phrase. It is the description of the key, and tells what would be lost if the key
   * were deleted.
   * @default - 'everything that <construct path of the parent> stores'
   */
  readonly protects?: string;

  /**
   * Alias of the key. `alias/` is added if it is missing; `alias/aws/` is reserved.
   * @default - `alias/bma/` and a name that is unique in the app
   */
  readonly alias?: string;

  /**
   * How often KMS creates new key material, 90 to 2560 days.
   * @default Duration.days(365)
   */
  readonly rotationPeriod?: Duration;

  /**
   * How long KMS waits before it deletes a key whose deletion was scheduled, 7 to 30 days.
   * @default Duration.days(30)
   */
  readonly pendingWindow?: Duration;

  /**
   * What happens to the key when it is removed from the stack. If a key is destroyed, all data encrypted with it is
   * lost.
   *
   * @default RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE - kept, unless the deployment that created it is rolled back. The
   * key of an audit trail is kept in that case, too
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * A customer-managed key for the data of an agent: rotated, with an alias, and retained. AWS services can use it only
 * for the constructs that use it (one policy statement per service, limited to this account or resource).
 *
 * One key may serve several agents, their network and their audit trail. Policy statements of one service are merged, and
 * synthesis fails if the key policy exceeds the limit of KMS.
 */
export class AgentKey extends kms.Key {
  static {
    checkInputsOf(this, 'AgentKey');
  }

  /** Identifies this class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-bedrock-managed-agents.AgentKey';

  constructor(scope: Construct, id: string, props: AgentKeyProps = {}) {
    props = injectedProps(AgentKey.PROPERTY_INJECTION_ID, scope, id, props);
    const where = `${scope.node.path}/${id}`;
    const rotationPeriod = props.rotationPeriod ?? Duration.days(365);
    const development = isDevelopment(scope, where);
    const pendingWindow = props.pendingWindow ?? Duration.days(development ? 7 : 30);
    requireWholeNumber(where, 'rotationPeriod', rotationPeriod.toDays({ integral: false }), 90, 2560, 'days');
    requireWholeNumber(where, 'pendingWindow', pendingWindow.toDays({ integral: false }), 7, 30, 'days');

    super(scope, id, {
      description: description(where, props.protects ?? `everything that ${scope.node.path || 'this app'} stores`),
      enableKeyRotation: true,
      rotationPeriod,
      pendingWindow,
      removalPolicy: development ? RemovalPolicy.DESTROY : (props.removalPolicy ?? REMOVAL.key.policy),
    });
    this.addToResourcePolicy(grantsForServicesOnly());
    const alias = aliasName(this, props.alias);
    requireUniqueName(this, 'alias', alias);
    this.addAlias(alias);
    checkQuotas(this);
  }

  /** @internal Keeps the key after a failed first deployment, unless another removal policy than the default was chosen. */
  public _keepAfterRollback(): void {
    const resource = this.node.defaultChild as kms.CfnKey;
    if (resource.cfnOptions.deletionPolicy === CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE) {
      this.applyRemovalPolicy(REMOVAL.trailKey.policy);
    }
  }
}

/**
 * No principal can create a grant for another principal, which would outlive the policies that allow the key. AWS
 * services can still create grants for the resources that they encrypt. The statement is the one of control CT.KMS.PR.3
 * of AWS Control Tower. It was not tested with resources of AgentCore, because none of them is encrypted with such a
 * key.
 *
 * Source: docs.aws.amazon.com/controltower/latest/controlreference/kms-rules.html, read 2026-11-28
 */
function grantsForServicesOnly(): PolicyStatement {
  return new PolicyStatement({
    sid: 'GrantsForServicesOnly',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: KEY_GRANT_ACTIONS,
    resources: ['*'],
    conditions: { BoolIfExists: { 'kms:GrantIsForAWSResource': 'false', 'aws:PrincipalIsAWSService': 'false' } },
  });
}

function description(where: string, protects: string): string {
  requireInput(Token.isUnresolved(protects) || (protects.trim().length > 0 && protects.length <= 8000), where, {
    input: 'protects',
    value: protects,
    allowed: 'a noun phrase of 1 to 8000 characters',
    fix: 'name what would be lost with the key',
  });
  return `Protects ${protects}`;
}

function aliasName(key: AgentKey, alias: string | undefined): string {
  if (alias === undefined) {
    return `alias/bma/${Names.uniqueResourceName(key, { separator: '-', maxLength: 200 })}`;
  }
  const full = alias.startsWith('alias/') || Token.isUnresolved(alias) ? alias : `alias/${alias}`;
  requirePattern(
    key,
    'alias',
    full,
    /^alias\/(?!aws\/)[a-zA-Z0-9/_-]{1,250}$/,
    'letters, digits, /, _ and -, at most 250, not below aws/',
    "choose another name, for example 'bma/reviewer'",
  );
  return full;
}
