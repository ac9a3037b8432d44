import { S3Client } from '@aws-sdk/client-s3';
import { LOCAL_VARIABLES } from '../../../lib/contracts/handler-variables';
import { CALL_LIMITS } from './call-limits';

/** The S3 client of a function. The bucket is in the path, not in the host name, only when S3 is a local stand-in. */
export function s3Client(): S3Client {
  const forcePathStyle = process.env[LOCAL_VARIABLES.s3PathStyle] === 'true';
  return new S3Client({ ...CALL_LIMITS, ...(forcePathStyle ? { forcePathStyle } : {}) });
}
