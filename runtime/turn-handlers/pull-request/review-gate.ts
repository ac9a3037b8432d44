/** The verdict of a review for branch rules: constant sentences and counts, no text of a model. */
import type { GateSetting } from '../../../lib/contracts/review';
import { REVIEW_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { TurnOutcome } from '../../../lib/contracts/turn';
import { log } from '../turn/log';
import type { Environment } from '../turn/settings';
import { type Finding, SEVERITIES } from './review-document';

/** `neutral` doesn't block a merge on GitHub. */
export type GateConclusion = 'success' | 'failure' | 'action_required' | 'neutral';

export interface GateVerdict {
  readonly conclusion: GateConclusion;
  readonly title: string;
  /** Equal for a repetition. */
  readonly turnName: string;
}

/** Where the verdict on a commit is stored. */
export interface GatePublisher {
  set(
    pullRequest: { readonly repository: string; readonly pullRequestId: string; readonly sourceCommit: string },
    verdict: GateVerdict,
  ): Promise<void>;
}

export interface ReviewGate extends GateSetting {
  readonly publisher: GatePublisher;
}

export function gateSetting(environment: Environment): GateSetting | undefined {
  const text = environment[REVIEW_VARIABLES.gate];
  return text ? (JSON.parse(text) as GateSetting) : undefined;
}

export function verdictOn(
  findings: readonly Pick<Finding, 'severity'>[],
  { failFrom }: GateSetting,
): Omit<GateVerdict, 'turnName'> {
  const limit = SEVERITIES.indexOf(failFrom);
  const bad = findings.filter(({ severity }) => SEVERITIES.indexOf(severity) <= limit).length;
  return bad > 0
    ? { conclusion: 'failure', title: `${bad} of ${findings.length} findings are of severity ${failFrom} or above` }
    : { conclusion: 'success', title: `No finding of severity ${failFrom} or above, ${findings.length} in all` };
}

/** A pull request that the policy skips isn't blocked; any other one without a review is. */
const LEFT_OUT = new Set(['bot-author', 'author-skipped']);
/** No verdict for these: another turn sets it, or the pull request can't be merged. */
const OPEN = new Set(['superseded', 'not-found', 'subject-invalid', 'draft']);

export function verdictWithoutReview(outcome: TurnOutcome, code = ''): Omit<GateVerdict, 'turnName'> | undefined {
  if (outcome === 'Completed' || OPEN.has(code)) return undefined;
  return LEFT_OUT.has(code)
    ? { conclusion: 'neutral', title: 'Pull requests of this author are not reviewed' }
    : { conclusion: 'action_required', title: 'There is no review: a comment on the pull request says why' };
}

/** If a gate can't be set, the review is still posted. If the branch rules require the gate, the merge is blocked. */
export async function gateResult(
  set: () => Promise<void>,
  conclusion: GateConclusion,
): Promise<'passed' | 'failed' | 'not-set'> {
  try {
    await set();
    return conclusion === 'success' ? 'passed' : 'failed';
  } catch (error) {
    log('publish-review', 'gate not set', { error: (error as Error).name });
    return 'not-set';
  }
}
