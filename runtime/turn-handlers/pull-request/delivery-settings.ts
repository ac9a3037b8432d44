import { REVIEW_VARIABLES } from '../../../lib/contracts/handler-variables';
import { readAcceptance } from '../turn/accepted-findings';
import { s3Client } from '../turn/s3-client';
import { setting } from '../turn/settings';
import { TextStore } from '../turn/text-store';
import type { DeliveryParts } from './publish-review';
import { repositories } from './staging-settings';

/**
 * The settings of every delivery function, from its variables, for every host.
 *
 * @param directory where the code of the function is
 */
export function deliveryParts(directory: string): Omit<DeliveryParts, 'publisher'> {
  const materialBucket = setting(process.env, REVIEW_VARIABLES.materialBucket);
  return {
    agentName: setting(process.env, REVIEW_VARIABLES.agentName),
    repositories: repositories(),
    // It only reads, from the buckets that the parts name.
    texts: new TextStore(s3Client(), materialBucket),
    materialBucket,
    acceptance: readAcceptance(directory),
  };
}
