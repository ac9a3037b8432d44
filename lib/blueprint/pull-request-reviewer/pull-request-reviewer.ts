import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Duration, Size } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { AgentModel, AgentTool, type PackageRegistry } from '../../agent';
import { requireInput, requireWholeNumber } from '../../validation/input-error';
import { FinalAnswer } from '../../workflow';
import type { AcceptedFinding } from '../accepted-finding';
import { acceptedFindingsFile } from '../accepted-findings-file';
import { AgentBlueprint } from '../agent-blueprint';
import type { AgentBlueprintProps } from '../agent-blueprint-props';
import type { CodeHost } from './code-host';
import { ForkPolicy } from './fork-policy';
import { ReviewNotes } from './review-notes';
import type { ReviewGate } from './review-gate';
import type { ReviewPolicy } from './review-policy';
import { reviewPolicyDocument } from './review-policy-document';
import { PublishReview, StagePullRequest } from './review-steps';
import { reviewerInstructions } from './reviewer-instructions';
import { checkedProps, checkInputsOf } from '../../validation/checked-inputs';

/** Properties of a {@link PullRequestReviewer}. */
export interface PullRequestReviewerProps extends AgentBlueprintProps {
  /** The host of the pull requests. */
  readonly codeHost: CodeHost;

  /**
   * Private registries that the agent installs packages from, at most one per package format.
   *
   * @default - none; nothing can be installed in an isolated network
   */
  readonly registries?: PackageRegistry[];

  /**
   * How pull requests from forks are handled.
   *
   * @default ForkPolicy.SKIP
   */
  readonly forks?: ForkPolicy;

  /**
   * Which pull requests are reviewed, and which of their files.
   *
   * @default - all except drafts, without generated files
   */
  readonly policy?: ReviewPolicy;

  /**
   * Maximum number of changed files, 1 to 3000. GitHub returns a diff of at most 300 files. A larger change is rejected.
   *
   * @default 300
   */
  readonly maxChangedFiles?: number;

  /**
   * Maximum size of a change: bytes of its added and removed lines, at most 16 MiB. On GitHub, the size of the diff as text,
   * which GitHub limits to 20,000 lines. A larger change is rejected.
   *
   * @default Size.mebibytes(2)
   */
  readonly maxChangeSize?: Size;

  /**
   * Whether a comment on the pull request explains why it was not reviewed and how to get a review. This applies to turns that
   * were rejected (too large, from a fork, nothing to review, blocked by the guardrail), failed, timed out or were cancelled.
   *
   * @default true
   */
  readonly explainOutcomes?: boolean;

  /**
   * Accepted findings, each with a reason and an expiry date. They are reported as accepted. They aren't counted as
   * new, and the gate ignores them. At most 200.
   *
   * @default - none
   */
  readonly acceptedFindings?: AcceptedFinding[];

  /**
   * Whether a review can block a merge.
   *
   * @default ReviewGate.none()
   */
  readonly gate?: ReviewGate;

  /**
   * Text that is added to the instructions, for example what matters in these repositories. At most 8,000 characters.
   *
   * @default - nothing
   */
  readonly additionalInstructions?: string;
}

/**
 * Reviews pull requests. When a pull request is opened or gets new commits, the agent reads the change, and builds and tests
 * it in its isolated environment. After screening, one review is posted, with a summary and with findings on the lines. Later
 * commits resume the conversation and update the posted review.
 *
 * The agent itself can't post or approve. A function with its own permissions posts only text in the form of a review.
 */
export class PullRequestReviewer extends AgentBlueprint {
  static {
    checkInputsOf(this, 'PullRequestReviewer');
  }

  /** Pull requests that were staged for the agent, in `staged/<turn>/`. Deleted after seven days. */
  public readonly materialBucket: IBucket;

  /** The role that posts reviews and, with a gate on CodeCommit, approves. Add it to the pool of an approval rule. */
  public readonly deliveryRole: IRole;

  /** Outcomes that could not be posted to their pull request. Undefined if `explainOutcomes` is false. */
  public readonly noteDeadLetters?: IQueue;

  /** @throws InputError when a limit is out of range, or the host cannot be used. */
  constructor(scope: Construct, id: string, props: PullRequestReviewerProps) {
    super(scope, id, checkedProps('PullRequestReviewer', scope, id, props));
    const { codeHost, registries = [], forks = ForkPolicy.SKIP, maxChangedFiles = 300 } = props;
    const maxChangeSize = props.maxChangeSize ?? Size.mebibytes(2);
    this.check(maxChangedFiles, maxChangeSize, props.additionalInstructions);

    const material = this.addOutputBucket('Material', { retention: Duration.days(7) });
    this.materialBucket = material;
    const { repositories, source, triggers, command, staging, delivery, notes } = codeHost._bind(
      this,
      material,
      props.gate?._setting,
    );
    const publish = new PublishReview({
      access: delivery,
      material,
      repositories,
      files: acceptedFindingsFile(this, props.acceptedFindings),
    });
    this.define({
      model: AgentModel.GPT_5_6_LUNA,
      instructions: reviewerInstructions({
        repositories,
        registries: registries.length > 0,
        additional: props.additionalInstructions,
      }),
      tools: [AgentTool.source({ ...source, ...(registries.length > 0 ? { registries } : {}) })],
      triggers,
      staging: new StagePullRequest({
        access: staging,
        material,
        repositories,
        forks: forks._handling,
        policy: reviewPolicyDocument(this, props.policy),
        maxChangedFiles,
        maxChangeBytes: maxChangeSize.toBytes(),
      }),
      finalAnswer: FinalAnswer.jsonDocument(),
      delivery: publish,
    });
    this.deliveryRole = publish.role!;
    if (props.explainOutcomes ?? true) {
      const { deadLetterQueue } = new ReviewNotes(this, 'Notes', {
        access: notes,
        workflow: this.workflow,
        repositories,
        command,
      });
      this.noteDeadLetters = deadLetterQueue;
    }
  }

  private check(maxChangedFiles: number, maxChangeSize: Size, additional = ''): void {
    requireWholeNumber(this, 'maxChangedFiles', maxChangedFiles, 1, 3_000, 'files');
    requireWholeNumber(this, 'maxChangeSize', maxChangeSize.toBytes(), 1, 16 * 1024 * 1024, 'bytes');
    requireInput(additional.length <= 8_000, this, {
      input: 'additionalInstructions',
      value: `${additional.length} characters`,
      allowed: 'at most 8000 characters',
      fix: 'say what matters most, and keep the rest in the repository',
    });
  }
}
