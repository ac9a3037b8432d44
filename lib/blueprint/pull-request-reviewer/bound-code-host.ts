import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { SourceToolOptions } from '../../agent';
import type { IAgentTrigger } from '../../workflow';

/** The settings of one function of the reviewer for its host. */
export interface HostAccess {
  /** Directory of the bundle. */
  readonly code: string;
  readonly environment: { [name: string]: string };
  readonly statements: PolicyStatement[];
}

/** The code host of a reviewer. */
export interface BoundCodeHost {
  /** Names of the repositories, as in subjects of turns. */
  readonly repositories: string[];
  readonly source: Pick<SourceToolOptions, 'repositories' | 'staged'>;
  readonly triggers: IAgentTrigger[];
  /** The first word of a comment that requests another review. */
  readonly command?: string;
  readonly staging: HostAccess;
  readonly delivery: HostAccess;
  /** For the function that explains why there is no review. */
  readonly notes: HostAccess;
}
