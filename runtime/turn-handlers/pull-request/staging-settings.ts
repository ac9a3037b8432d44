import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { LOCAL_VARIABLES, REVIEW_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { ForkHandling, ReviewPolicyDocument } from '../../../lib/contracts/review';
import { type Environment, numberSetting, setting } from '../turn/settings';
import type { StagingParts } from './stage-pull-request';

/** The settings of every staging function, from its variables, for every host. */
export function stagingParts(environment: Environment = process.env): Omit<StagingParts, 'source'> {
  const bucket = setting(environment, REVIEW_VARIABLES.materialBucket);
  const s3 = new S3Client(environment[LOCAL_VARIABLES.s3PathStyle] === 'true' ? { forcePathStyle: true } : {});
  return {
    repositories: repositoriesOf(environment),
    forks: setting(environment, REVIEW_VARIABLES.forks) as ForkHandling,
    policy: JSON.parse(setting(environment, REVIEW_VARIABLES.policy)) as ReviewPolicyDocument,
    limits: {
      files: numberSetting(environment, REVIEW_VARIABLES.maxChangedFiles),
      bytes: numberSetting(environment, REVIEW_VARIABLES.maxChangeBytes),
    },
    put: async (object) => {
      await s3.send(new PutObjectCommand({ Bucket: bucket, ...object }));
    },
  };
}

export function repositoriesOf(environment: Environment): string[] {
  return JSON.parse(setting(environment, REVIEW_VARIABLES.repositories)) as string[];
}
