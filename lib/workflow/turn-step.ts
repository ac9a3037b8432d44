import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import type { IManagedAgent } from '../agent';
import type { IAgentNetwork } from '../network';
import { checkInputsOf } from '../validation/checked-inputs';

/** The members of the workflow for a step of a turn. */
export interface TurnStepHost {
  /** The agent whose turns these are. */
  readonly agent: IManagedAgent;
  /** The network of the functions that call the agent's sessions. */
  readonly network: IAgentNetwork;
  /**
   * Key of everything that the workflow stores, except prompts and evidence, which are encrypted with the key of their
   * bucket.
   */
  readonly encryptionKey: IKey;
  /**
   * The ledger with slots, conversations and turns. A step with its own records in it gets permissions only for these
   * items.
   */
  readonly ledger: ITable;
  /** Prompts and evidence. */
  readonly evidenceBucket: IBucket;
  /** The bus of outcome events. */
  readonly eventBus: IEventBus;
  /** Retention of the logs of the workflow. */
  readonly logRetention: RetentionDays;
}

/**
 * Your own function as a step of every turn: `staging` before the input is screened, or `delivery` after the output was
 * screened.
 *
 * Its payload and its result are JSON; docs/blueprints.md describes both. The workflow may repeat it for the same
 * turn, so it must be idempotent. An error named `TransientStepError` is retried, any other ends the turn as Failed.
 */
export interface ITurnStep {
  /**
   * Creates the function or returns an existing one. Called once, by the workflow.
   *
   * @param scope for the constructs of the step
   * @param host the workflow of the step
   */
  bind(scope: Construct, host: TurnStepHost): IFunction;
}

/** Steps of a turn that need no class of their own. */
export class TurnStep implements ITurnStep {
  static {
    checkInputsOf(this, 'TurnStep');
  }

  /**
   * An existing function. The workflow gets the permission to invoke it; the function isn't changed.
   *
   * @param step the function, or a version or alias of it
   */
  public static fromFunction(step: IFunction): ITurnStep {
    return new TurnStep(step);
  }

  private constructor(private readonly step: IFunction) {}

  public bind(_scope: Construct, _host: TurnStepHost): IFunction {
    return this.step;
  }
}
