import { SFNClient } from '@aws-sdk/client-sfn';
import { TURN_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { ApprovalRecords } from '../../../lib/contracts/turn-ledger';
import { ledger } from '../turn/clients';
import { type ApprovalCall, type ApprovalReply, approveTurn } from './approve-turn';

const parts = {
  ledger: ledger(),
  states: new SFNClient({}),
  records: (process.env[TURN_VARIABLES.approvalRecords] ?? 'turn') as ApprovalRecords,
};

/** Lambda behind a function URL with IAM authorization: records the decision of an approver. */
export const handler = (call: ApprovalCall): Promise<ApprovalReply> => approveTurn(call, parts);
