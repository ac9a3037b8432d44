import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Duration } from 'aws-cdk-lib/core';
import { requireSeconds } from '../validation/input-error';
import type { ApprovalRules } from './definition/approval-states';
import { checkInputsOf } from '../validation/checked-inputs';

/** Topic and expiry of approvals. */
export interface TurnApprovalOptions {
  /**
   * Time that an approver has for the decision. 1 minute to 30 days.
   *
   * @default Duration.hours(24)
   */
  readonly expiry?: Duration;
  /**
   * Topic that approvers are subscribed to. The message names the turn and its trigger, never the prompt.
   *
   * @default - only the event `Managed Agent Turn Approval Requested` on the agent's bus
   */
  readonly notify?: ITopic;
}

const DAY_SECONDS = 24 * 60 * 60;

/**
 * Whether a person approves a turn before its session is opened.
 *
 * The approver calls the approve URL of the workflow and signs with their own credentials (with `bma`, or any SigV4 client). The
 * evidence and the outcome event contain the IAM identity of the approver. Without a decision, the turn is rejected.
 */
export class TurnApproval {
  static {
    checkInputsOf(this, 'TurnApproval');
  }

  /** No approval step. A request that requires approval is rejected. */
  public static none(): TurnApproval {
    return new TurnApproval('none');
  }

  /**
   * Approval of the turns whose request requires it, for example the turns of one trigger.
   *
   * @throws InputError when the expiry is out of range.
   */
  public static onRequest(options: TurnApprovalOptions = {}): TurnApproval {
    return new TurnApproval('on-request', options);
  }

  /**
   * Every turn.
   *
   * @throws InputError when the expiry is out of range.
   */
  public static always(options: TurnApprovalOptions = {}): TurnApproval {
    return new TurnApproval('always', options);
  }

  /** Topic that approvers are subscribed to, if there is one. */
  public readonly notify?: ITopic;

  /** Time that an approver has; undefined without an approval step. */
  public readonly expiry?: Duration;

  private constructor(
    /** @internal */
    public readonly _mode: 'none' | 'on-request' | 'always',
    options: TurnApprovalOptions = {},
  ) {
    this.notify = options.notify;
    this.expiry = _mode === 'none' ? undefined : (options.expiry ?? Duration.hours(24));
    if (this.expiry) requireSeconds('TurnApproval', 'expiry', this.expiry, 60, 30 * DAY_SECONDS);
  }

  /** @internal */
  public _rules(): ApprovalRules | undefined {
    return this.expiry && { expirySeconds: this.expiry.toSeconds(), topicArn: this.notify?.topicArn };
  }
}
