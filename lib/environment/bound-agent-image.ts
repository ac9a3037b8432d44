import type { IRepository } from 'aws-cdk-lib/aws-ecr';

/** What an image choice turns into once it has a place in the construct tree. */
export interface BoundAgentImage {
  /** URI of the image, by digest or by a content-addressed tag. */
  readonly imageUri: string;
  /** The repository the image is pulled from. */
  readonly repository: IRepository;
}
