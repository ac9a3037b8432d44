import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import type { IAgentAuditTrail } from '../audit';
import type { IAgentNetwork } from '../network';

/** The resources that the agents of one account and Region share. Implemented only by this library. */
export interface IAgentBaseline extends IConstruct {
  /** The network of the agents. */
  readonly network: IAgentNetwork;
  /** Key of the data of agents: definition, queues, ledger, logs. */
  readonly dataKey: IKey;
  /** Key of trail and evidence. No role of an agent may use it, unless it is also the data key. */
  readonly evidenceKey: IKey;
  /** The trail that records the agents, if it is known. It then watches the session role of every agent. */
  readonly auditTrail?: IAgentAuditTrail;
  /** How long logs are kept. */
  readonly logRetention: RetentionDays;
  /** Target of S3 server access logs, if there is one. */
  readonly accessLogsBucket?: IBucket;
}

/** Properties of an {@link AgentBaseline}. */
export interface AgentBaselineProps {
  /**
   * The network of the agents.
   *
   * @default - a new AgentNetwork, isolated from the internet, whose logs are under `dataKey`
   */
  readonly network?: IAgentNetwork;

  /**
   * Customer-managed key of what agents work with: definition, queues, ledger, logs. BMA offers no customer-managed key for
   * session data.
   *
   * @default - a new AgentKey
   */
  readonly dataKey?: IKey;

  /**
   * Customer-managed key of trail and evidence. Passing the key of `dataKey` is possible and adds a warning, because agents
   * can then use the key that protects the record of what they did.
   *
   * @default - the key of `auditTrail`, or a new AgentKey when there is no trail, its key isn't known or is in another Region
   */
  readonly evidenceKey?: IKey;

  /**
   * The trail that records the agents, also one of another Region of this account: a trail records all Regions. Every agent then gets an alarm for the use of its session role by others.
   *
   * @default - none; rule MA-AUD1 reports agents without a trail
   */
  readonly auditTrail?: IAgentAuditTrail;

  /**
   * How long logs are kept.
   *
   * @default RetentionDays.ONE_YEAR
   */
  readonly logRetention?: RetentionDays;

  /**
   * Bucket for S3 server access logs of the buckets of agents. It can't use a customer-managed key.
   *
   * @default - none; a trail with `recordObjectAccess` records access together with the caller
   */
  readonly accessLogsBucket?: IBucket;
}
