import { S3Client } from '@aws-sdk/client-s3';
import { AUDIT_VARIABLES, LOCAL_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { DeliverTurnAnswer, DeliverTurnPayload } from '../../../lib/contracts/step';
import { readAcceptance } from '../turn/accepted-findings';
import { textStore } from '../turn/clients';
import { setting } from '../turn/settings';
import { acceptFindings } from './accept-findings';
import { FindingsStore } from './findings-store';

const parts = {
  acceptance: readAcceptance(__dirname),
  texts: textStore(),
  findings: new FindingsStore(
    new S3Client(process.env[LOCAL_VARIABLES.s3PathStyle] === 'true' ? { forcePathStyle: true } : {}),
    setting(process.env, AUDIT_VARIABLES.findingsBucket),
  ),
};

/** Lambda: the delivery of a security audit. */
export const handler = (payload: DeliverTurnPayload): Promise<DeliverTurnAnswer> => acceptFindings(payload, parts);
