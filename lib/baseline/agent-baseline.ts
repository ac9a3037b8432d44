import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Annotations, Stage } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import type { IAgentAuditTrail } from '../audit';
import { ImportedAuditTrail } from '../audit/imported-audit-trail';
import { AgentKey } from '../encryption';
import { injectedProps } from '../injection/injected-props';
import { logRetention } from '../lifecycle/log-retention';
import { AgentNetwork, type IAgentNetwork } from '../network';
import type { AgentBaselineProps, IAgentBaseline } from './agent-baseline-ref';
import { isInAnotherRegion, requireSamePlace } from '../validation/same-place';
import { isSameKey } from './same-key';
import { requireInput } from '../validation/input-error';
import { checkInputsOf } from '../validation/checked-inputs';
import { requireLogTarget } from '../encryption/access-logs-bucket';

/**
 * The resources that the agents of one account and Region share: network, two keys, trail and log settings. Create it
 * once, and pass it to every agent, workflow and blueprint. A network or key that isn't passed is created when it is
 * first used, so an unused key costs nothing. If a baseline has its own stack, the stacks of agents can be deleted
 * immediately: AgentCore keeps network interfaces for up to 8 hours after an agent was deleted.
 *
 * ```
 * const auditTrail = new AgentAuditTrail(stack, 'Audit');
 * const baseline = new AgentBaseline(stack, 'Baseline', { auditTrail });
 * ```
 */
export class AgentBaseline extends Construct implements IAgentBaseline {
  static {
    checkInputsOf(this, 'AgentBaseline');
  }

  /** Identifies this class to property injectors. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-bedrock-managed-agents.AgentBaseline';

  public readonly auditTrail?: IAgentAuditTrail;
  public readonly logRetention: RetentionDays;
  public readonly accessLogsBucket?: IBucket;

  private usedNetwork?: IAgentNetwork;
  private usedDataKey?: IKey;
  private usedEvidenceKey?: IKey;

  constructor(scope: Construct, id: string, props: AgentBaselineProps = {}) {
    super(scope, id);
    props = injectedProps(AgentBaseline.PROPERTY_INJECTION_ID, scope, id, props);
    this.auditTrail = props.auditTrail;
    this.logRetention = logRetention(this, props.logRetention);
    requireLogTarget(this, props.accessLogsBucket);
    this.accessLogsBucket = props.accessLogsBucket;
    this.usedNetwork = props.network;
    this.usedDataKey = props.dataKey;
    this.usedEvidenceKey = props.evidenceKey ?? this.keyOfTrail(props.auditTrail);
    this.requireParts(props);
    if (this.usedDataKey && this.usedEvidenceKey && isSameKey(this.usedDataKey, this.usedEvidenceKey)) {
      Annotations.of(this).addWarningV2(
        'cdk-bedrock-managed-agents:oneKeyForDataAndEvidence',
        'The data key is also the key of trail and evidence, so roles of agents can use the key that protects the record of ' +
          'what they did. Fix: leave evidenceKey out, or pass another key. Acknowledge this warning if one key is intended.',
      );
    }
  }

  /** The network of the agents. Created on first use. */
  public get network(): IAgentNetwork {
    this.usedNetwork ??= new AgentNetwork(this, 'Network', {
      encryptionKey: this.dataKey,
      flowLogRetention: this.logRetention,
    });
    return this.usedNetwork;
  }

  /** Key of the data of agents: definition, queues, ledger, logs. Created on first use. */
  public get dataKey(): IKey {
    this.usedDataKey ??= new AgentKey(this, 'DataKey', { protects: `what the agents of ${this.node.path} work with` });
    return this.usedDataKey;
  }

  /** Key of trail and evidence. Created on first use. */
  public get evidenceKey(): IKey {
    this.usedEvidenceKey ??= new AgentKey(this, 'EvidenceKey', {
      protects: `the evidence of the agents of ${this.node.path}`,
    });
    return this.usedEvidenceKey;
  }

  /** The trail may be in another Region and records this one, too. Its key then can't be used here. */
  private keyOfTrail(trail: IAgentAuditTrail | undefined): IKey | undefined {
    const key = trail?.encryptionKey;
    return key && !isInAnotherRegion(this, key, key.keyArn) ? key : undefined;
  }

  private requireParts({ network, auditTrail }: AgentBaselineProps): void {
    if (network) {
      // A network can be in this stack while its VPC is in another one.
      requireSamePlace(this, {
        input: 'network',
        what: 'a network whose VPC is',
        construct: network.vpc,
        fix: 'create one in this account and Region; a baseline is for one account and Region',
      });
    }
    if (auditTrail) {
      requireSharableTrail(this, auditTrail);
    }
  }
}

/**
 * Refuses trails that a construct can't use: a trail of another account, unless it was imported (an organization trail
 * records other accounts), and a trail of another Stage, which CDK can't reference.
 */
function requireSharableTrail(scope: IConstruct, trail: IAgentAuditTrail): void {
  const fix = 'pass AgentAuditTrail.fromAgentAuditTrailAttributes(…) with the ARN of that trail';
  if (trail instanceof ImportedAuditTrail) {
    return;
  }
  requireSamePlace(scope, { input: 'auditTrail', what: 'a trail', construct: trail, anyRegion: true, fix });
  requireInput(Stage.of(trail) === Stage.of(scope), scope, {
    input: 'auditTrail',
    value: trail.node.path,
    allowed: 'a trail of the same Stage',
    fix,
  });
}
