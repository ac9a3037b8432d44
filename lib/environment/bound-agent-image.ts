import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';

/** What an image that is built in the account is given. */
export interface AgentImageHost {
  /** Encrypts the repository and the log groups of the build. */
  readonly dataKey: IKey;
  readonly logRetention: RetentionDays;
}

/** What an image choice turns into once it has a place in the construct tree. */
export interface BoundAgentImage {
  /** URI of the image, by digest or by a content-addressed tag. */
  readonly imageUri: string;
  /** The repository the image is pulled from. */
  readonly repository: IRepository;
}
