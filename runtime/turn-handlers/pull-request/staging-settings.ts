import { PutObjectCommand } from '@aws-sdk/client-s3';
import { REVIEW_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { ForkHandling, ReviewPolicyDocument } from '../../../lib/contracts/review';
import { s3Client } from '../turn/s3-client';
import { numberSetting, setting } from '../turn/settings';
import type { StagingParts } from './stage-pull-request';

/** The settings of every staging function, from its variables, for every host. */
export function stagingParts(): Omit<StagingParts, 'source'> {
  const bucket = setting(process.env, REVIEW_VARIABLES.materialBucket);
  const s3 = s3Client();
  return {
    repositories: repositories(),
    forks: setting(process.env, REVIEW_VARIABLES.forks) as ForkHandling,
    policy: JSON.parse(setting(process.env, REVIEW_VARIABLES.policy)) as ReviewPolicyDocument,
    limits: {
      files: numberSetting(process.env, REVIEW_VARIABLES.maxChangedFiles),
      bytes: numberSetting(process.env, REVIEW_VARIABLES.maxChangeBytes),
    },
    put: async (object) => {
      await s3.send(new PutObjectCommand({ Bucket: bucket, ...object }));
    },
  };
}

/** The repositories that the function may act on. */
export function repositories(): string[] {
  return JSON.parse(setting(process.env, REVIEW_VARIABLES.repositories)) as string[];
}
