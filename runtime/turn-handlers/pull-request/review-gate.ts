/** What a review says to the rules of a branch. Constant sentences and counts: no text of a model stands here. */
import type { GateSetting } from '../../../lib/contracts/review';
import { REVIEW_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { TurnOutcome } from '../../../lib/contracts/turn';
import { log } from '../turn/log';
import type { Environment } from '../turn/settings';
import { type Finding, SEVERITIES } from './review-document';

/** `neutral` holds nothing up, on GitHub, too. */
export type GateConclusion = 'success' | 'failure' | 'action_required' | 'neutral';

export interface GateVerdict {
  readonly conclusion: GateConclusion;
  readonly title: string;
  /** Equal for a repetition. */
  readonly turnName: string;
}

/** Where the verdict on a commit is kept. */
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

/** What people chose not to have reviewed holds nothing up; whatever else was not reviewed does. */
const LEFT_OUT = new Set(['bot-author', 'author-skipped']);
/** Of these, nothing is said: another turn says it, or nobody can merge. */
const OPEN = new Set(['superseded', 'not-found', 'subject-invalid', 'draft']);

export function verdictWithoutReview(outcome: TurnOutcome, code = ''): Omit<GateVerdict, 'turnName'> | undefined {
  if (outcome === 'Completed' || OPEN.has(code)) return undefined;
  return LEFT_OUT.has(code)
    ? { conclusion: 'neutral', title: 'Pull requests of this author are not reviewed' }
    : { conclusion: 'action_required', title: 'There is no review: a comment on the pull request says why' };
}

/** A gate that cannot be set costs no review. Where the rules of the branch ask for it, it holds the merge up. */
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
