/**
 * The contract between the reviewer of pull requests (lib/) and its two functions (runtime/): the objects that staging
 * writes to the bucket for the agent and for the delivery.
 *
 * lib/ and runtime/ import this file as types. The few values in it are pure, so that a function may bundle them.
 */
import { STAGED_ARCHIVE } from './tool';

/** How pull requests from forks are handled. */
export type ForkHandling = 'skip' | 'read-only-review' | 'run';

/** Which pull requests are reviewed, and which of their files. */
export interface ReviewPolicyDocument {
  readonly drafts: boolean;
  readonly bots: boolean;
  readonly skippedAuthors: readonly string[];
  /** Patterns: see runtime/turn-handlers/pull-request/path-patterns.ts. */
  readonly ignoredPaths: readonly string[];
}

/** `format` of the final answer. */
export const REVIEW_FORMAT = 'review/1';

/** `format` of `pull-request.json`. */
export const PULL_REQUEST_FORMAT = 'pull-request/1';

/** `format` of `changes.json`. */
export const CHANGES_FORMAT = 'changes/1';

/** The prefix of the staged material of a turn: `staged/<turn>/`. */
export const STAGED_PREFIX = 'staged/';

/** Files of one turn. */
export const STAGED_FILES = {
  pullRequest: 'pull-request.json',
  changes: 'changes.json',
  /** GitHub only; on CodeCommit the agent has the repository itself. */
  diff: 'change.diff',
  source: STAGED_ARCHIVE,
} as const;

/** Key of a staged file. */
export function stagedKey(turnName: string, file: string): string {
  return `${STAGED_PREFIX}${turnName}/${file}`;
}

/** `pull-request.json`. Title, author and branch names are untrusted text. */
export interface PullRequestDocument {
  readonly format: typeof PULL_REQUEST_FORMAT;
  readonly host: 'codecommit' | 'github';
  readonly repository: string;
  readonly pullRequestId: string;
  readonly sourceCommit: string;
  readonly destinationCommit: string;
  /** The newest common commit of both branches, if the host returns it. */
  readonly mergeBase?: string;
  readonly sourceReference: string;
  readonly destinationReference: string;
  readonly title: string;
  readonly author: string;
  readonly fromFork: boolean;
  /** Whether code of the pull request may run. */
  readonly execution: 'allowed' | 'forbidden';
}

/** `changes.json`. */
export interface ChangesDocument {
  readonly format: typeof CHANGES_FORMAT;
  readonly files: readonly ChangedFile[];
  /** Names of changed files that the policy ignores. */
  readonly leftOut?: readonly string[];
}

/** One file of a change. */
export interface ChangedFile {
  /** Its name after the change; for a removed file, the name before. */
  readonly file: string;
  readonly previousFile?: string;
  readonly status: 'added' | 'modified' | 'removed' | 'renamed';
  /** Binary content, a submodule, or a file that is too large for its host to show: no lines to comment on. */
  readonly binary: boolean;
  readonly addedLines: number;
  readonly removedLines: number;
  /** Lines of the new version in the diff, including three lines around each changed line. */
  readonly hunks: readonly LineRange[];
}

export interface LineRange {
  /** From 1. */
  readonly start: number;
  readonly lines: number;
}

/** When a review blocks a merge. */
export interface GateSetting {
  /** Findings of this severity or above block a merge. */
  readonly failFrom: 'critical' | 'high' | 'medium' | 'low';
}
