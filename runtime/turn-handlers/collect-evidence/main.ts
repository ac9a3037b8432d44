import type { CollectEvidenceAnswer, CollectEvidencePayload } from '../../../lib/contracts/step';
import { ledger, sessionClient, textStore } from '../turn/clients';
import { setting } from '../turn/settings';
import { collectEvidence } from './collect-evidence';

const parts = {
  client: sessionClient(),
  ledger: ledger(),
  store: textStore(),
  guardrail: { arn: setting(process.env, 'GUARDRAIL_ARN'), version: setting(process.env, 'GUARDRAIL_VERSION') },
};

/** Lambda: writes what happened in a turn to the evidence bucket. */
export const handler = (payload: CollectEvidencePayload): Promise<CollectEvidenceAnswer> =>
  collectEvidence(payload, parts);
