import { S3Client } from '@aws-sdk/client-s3';
import type { DeliverTurnAnswer, DeliverTurnPayload } from '../../../lib/contracts/step';
import { textStore } from '../turn/clients';
import { setting } from '../turn/settings';
import { acceptFindings } from './accept-findings';
import { FindingsStore } from './findings-store';

const parts = {
  texts: textStore(),
  findings: new FindingsStore(
    new S3Client(process.env['S3_PATH_STYLE'] === 'true' ? { forcePathStyle: true } : {}),
    setting(process.env, 'FINDINGS_BUCKET'),
  ),
};

/** Lambda: the delivery of a security audit. */
export const handler = (payload: DeliverTurnPayload): Promise<DeliverTurnAnswer> => acceptFindings(payload, parts);
