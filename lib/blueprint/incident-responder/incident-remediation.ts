import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Duration } from 'aws-cdk-lib/core';
import { requireInput, requireSeconds, requireWholeNumber } from '../../validation/input-error';
import type { RunbookRule } from '../../contracts/remediation';
import type { RemediationRunbook } from './remediation-runbook';
import { checkInputsOf } from '../../validation/checked-inputs';

/** What may be proposed, and how approvers are asked. */
export interface RemediationApprovalOptions {
  /** Runbooks that may be proposed, 1 to 20. No other is ever started. */
  readonly runbooks: RemediationRunbook[];

  /**
   * Time an approver has. 1 minute to 30 days.
   *
   * @default Duration.hours(4)
   */
  readonly expiry?: Duration;

  /**
   * Topic that approvers are subscribed to. The message names runbook, parameters, incident and turn, and holds the reason
   * that the agent gives.
   *
   * @default - the topic of the responder, if there is one; else only the event `Managed Agent Remediation Proposed`
   */
  readonly notify?: ITopic;
}

/** Most bytes of the rules as JSON. Variables of a function have 4 KB together (Lambda quotas). */
const MAX_RULES_BYTES = 2_400;

const DAY_SECONDS = 24 * 60 * 60;

/**
 * What an incident responder may propose to change. A proposal is part of a report and runs nothing: a person approves it
 * first, and only a runbook that is named here is then started, with parameters that fit.
 */
export class IncidentRemediation {
  static {
    checkInputsOf(this, 'IncidentRemediation');
  }

  /**
   * Each proposal waits for a person, who answers at the `approveUrl` of the responder. Nobody answering means no.
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
      fix: 'Name all its parameters in one RemediationRunbook.automation',
    });
    requireSeconds(where, 'expiry', expiry, 60, 30 * DAY_SECONDS);
    const remediation = new IncidentRemediation(runbooks, expiry, notify);
    const bytes = Buffer.byteLength(JSON.stringify(remediation._rules));
    requireInput(bytes <= MAX_RULES_BYTES, where, {
      input: 'runbooks',
      value: `${bytes} bytes`,
      allowed: `at most ${MAX_RULES_BYTES} bytes of names, values and patterns`,
      fix: 'Use RunbookParameter.matching in place of long lists',
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
