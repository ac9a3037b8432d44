import { S3Client } from '@aws-sdk/client-s3';
import { LOCAL_VARIABLES, REVIEW_VARIABLES } from '../../../lib/contracts/handler-variables';
import { readAcceptance } from '../turn/accepted-findings';
import { setting, type Environment } from '../turn/settings';
import { TextStore } from '../turn/text-store';
import type { DeliveryParts } from './publish-review';
import { repositoriesOf } from './staging-settings';

/** The settings of every delivery function, from its variables, for every host. */
/** @param directory of the function's code */
export function deliveryParts(
  directory: string,
  environment: Environment = process.env,
): Omit<DeliveryParts, 'publisher'> {
  const materialBucket = setting(environment, REVIEW_VARIABLES.materialBucket);
  const s3 = new S3Client(environment[LOCAL_VARIABLES.s3PathStyle] === 'true' ? { forcePathStyle: true } : {});
  return {
    agentName: setting(environment, REVIEW_VARIABLES.agentName),
    repositories: repositoriesOf(environment),
    // It only reads, from the buckets that the parts name.
    texts: new TextStore(s3, materialBucket),
    materialBucket,
    acceptance: readAcceptance(directory),
  };
}
