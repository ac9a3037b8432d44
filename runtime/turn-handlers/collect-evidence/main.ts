import { TURN_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { CollectEvidenceAnswer, CollectEvidencePayload } from '../../../lib/contracts/step';
import { ledger, sessionClient, textStore } from '../turn/clients';
import { numberSetting, setting } from '../turn/settings';
import { invocationEnd, type InvocationContext } from '../turn/time-left';
import { collectEvidence } from './collect-evidence';

const parts = {
  client: sessionClient(),
  ledger: ledger(),
  store: textStore(),
  guardrail: {
    arn: setting(process.env, TURN_VARIABLES.guardrailArn),
    version: setting(process.env, TURN_VARIABLES.guardrailVersion),
  },
  settleMs: numberSetting(process.env, TURN_VARIABLES.settleSeconds) * 1000,
};

/** Time to write the items: half a gigabyte at most, within the Region. */
const RESERVE_MS = 60_000;

/** Lambda: writes what happened in a turn to the evidence bucket. */
export const handler = (payload: CollectEvidencePayload, context?: InvocationContext): Promise<CollectEvidenceAnswer> =>
  collectEvidence(payload, parts, invocationEnd(context, RESERVE_MS));
