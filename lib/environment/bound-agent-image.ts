import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';

/** The settings of an image that is built in the account. */
export interface AgentImageHost {
  /** Encrypts the repository and the log groups of the build. */
  readonly dataKey: IKey;
  readonly logRetention: RetentionDays;
}

/** An image after it was bound to a scope. */
export interface BoundAgentImage {
  /** URI of the image, by digest or by a content-addressed tag. */
  readonly imageUri: string;
  /** The repository that the image is pulled from. */
  readonly repository: IRepository;
}
