import { TURN_VARIABLES } from '../../lib/contracts/handler-variables';
import type { Resource } from './assembly';
import type { Model } from './model';

/**
 * How it is known that a bucket holds the evidence of turns.
 *
 * - `contract`: a variable of a function of turns names it (lib/contracts/handler-variables.ts)
 * - `name`: no such variable does, and its logical id says so
 * - `lock`: it is locked, as evidence is and working files are not
 */
export type EvidenceSign = 'contract' | 'name' | 'lock';

/** The buckets that hold the evidence of turns, or look as if they did. */
export function evidenceBuckets(model: Model): ReadonlyMap<Resource, EvidenceSign> {
  return model.view(collect);
}

function collect(model: Model): Map<Resource, EvidenceSign> {
  const found = new Map<Resource, EvidenceSign>();
  for (const { properties } of model.ofType('AWS::Lambda::Function')) {
    properties
      .at('Environment', 'Variables', TURN_VARIABLES.evidenceBucket)
      .flatMap((node) => node.texts())
      .flatMap(({ value }) => model.named(value, 'AWS::S3::Bucket'))
      .forEach(({ resource }) => found.set(resource, 'contract'));
  }
  for (const bucket of model.ofType('AWS::S3::Bucket')) {
    const isLocked = bucket.properties.at('ObjectLockConfiguration').length > 0;
    const sign = /evidence/i.test(bucket.logicalId) ? 'name' : isLocked ? 'lock' : undefined;
    if (sign && !found.has(bucket)) {
      found.set(bucket, sign);
    }
  }
  return found;
}
