import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { SourceToolOptions } from '../../agent';
import type { IAgentTrigger } from '../../workflow';

/** What one side of the reviewer needs on its host. */
export interface HostAccess {
  /** Directory of the bundle. */
  readonly code: string;
  readonly environment: { [name: string]: string };
  readonly statements: PolicyStatement[];
}

/** A host as the reviewer uses it. */
export interface BoundCodeHost {
  /** Names of the repositories, as subjects of turns have them. */
  readonly repositories: string[];
  readonly source: Pick<SourceToolOptions, 'repositories' | 'staged'>;
  readonly triggers: IAgentTrigger[];
  /** What a comment begins with to have a pull request reviewed again. */
  readonly command?: string;
  readonly staging: HostAccess;
  readonly delivery: HostAccess;
  /** Of the function that says why there is no review. */
  readonly notes: HostAccess;
}
