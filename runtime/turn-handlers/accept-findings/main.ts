import { AUDIT_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { DeliverTurnAnswer, DeliverTurnPayload } from '../../../lib/contracts/step';
import { readAcceptance } from '../turn/accepted-findings';
import { textStore } from '../turn/clients';
import { s3Client } from '../turn/s3-client';
import { setting } from '../turn/settings';
import { acceptFindings } from './accept-findings';
import { FindingsStore } from './findings-store';

const parts = {
  acceptance: readAcceptance(__dirname),
  texts: textStore(),
  findings: new FindingsStore(s3Client(), setting(process.env, AUDIT_VARIABLES.findingsBucket)),
};

/** Lambda: the delivery of a security audit. */
export const handler = (payload: DeliverTurnPayload): Promise<DeliverTurnAnswer> => acceptFindings(payload, parts);
