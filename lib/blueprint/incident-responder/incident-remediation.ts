import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Duration } from 'aws-cdk-lib/core';
import { requireInput, requireSeconds, requireWholeNumber } from '../../validation/input-error';
import type { RunbookRule } from '../../contracts/remediation';
import type { RemediationRunbook } from './remediation-runbook';
import { checkInputsOf } from '../../validation/checked-inputs';

/** The allowed proposals, and the approval. */
export interface RemediationApprovalOptions {
  /** Runbooks that may be proposed, 1 to 20. No other runbook is started. */
  readonly runbooks: RemediationRunbook[];

  /**
   * Time that an approver has for the decision. 1 minute to 30 days.
   *
   * @default Duration.hours(4)
   */
  readonly expiry?: Duration;

  /**
   * Topic that approvers are subscribed to. The message contains runbook, parameters, incident, turn, and the agent's
   * reason.
   *
   * @default - the topic of the responder, if there is one; otherwise only the event `Managed Agent Remediation
   * Proposed`
   */
  readonly notify?: ITopic;
}

/** Maximum size of the rules as JSON, in bytes. All variables of a function together have 4 KB (Lambda quotas). */
const MAX_RULES_BYTES = 2_400;

const DAY_SECONDS = 24 * 60 * 60;

/**
 * The remediations that an incident responder may propose. A proposal is part of a report and runs nothing. After a
 * person approved it, a runbook is started only if it is named here and its parameters are allowed.
 */
export class IncidentRemediation {
  static {
    checkInputsOf(this, 'IncidentRemediation');
  }

  /**
   * Each proposal waits for a person, who decides at the `approveUrl` of the responder. Without a decision, no runbook
   * starts.
   *
   * @throws InputError when there is no runbook, one is named twice, the rules are too long or the expiry is out of range
   */
  public static withApproval(options: RemediationApprovalOptions): IncidentRemediation {
    const { runbooks, expiry = Duration.hours(4), notify } = options;
    const where = 'IncidentRemediation';
    requireWholeNumber(where, 'number of runbooks', runbooks.length, 1, 20, 'runbooks');
    const names = runbooks.map(({ _documentName }) => _documentName);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    requireInput(twice === undefined, where, {
      input: 'runbooks',
      value: twice,
      allowed: 'each document once',
      fix: 'name all its parameters in one RemediationRunbook.automation',
    });
    requireSeconds(where, 'expiry', expiry, 60, 30 * DAY_SECONDS);
    const remediation = new IncidentRemediation(runbooks, expiry, notify);
    const bytes = Buffer.byteLength(JSON.stringify(remediation._rules));
    requireInput(bytes <= MAX_RULES_BYTES, where, {
      input: 'runbooks',
      value: `${bytes} bytes`,
      allowed: `at most ${MAX_RULES_BYTES} bytes of names, values and patterns`,
      fix: 'use RunbookParameter.matching in place of long lists',
    });
    return remediation;
  }

  private constructor(
    /** @internal */
    public readonly _runbooks: RemediationRunbook[],
    /** @internal */
    public readonly _expiry: Duration,
    /** @internal */
    public readonly _notify?: ITopic,
  ) {}

  /** @internal */
  public get _rules(): RunbookRule[] {
    return this._runbooks.map(({ _documentName, _parameters }) => ({
      name: _documentName,
      parameters: Object.fromEntries(Object.entries(_parameters).map(([name, { _rule }]) => [name, _rule])),
    }));
  }
}
