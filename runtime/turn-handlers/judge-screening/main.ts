import type { JudgeScreeningPayload, ScreenedPart } from '../../../lib/contracts/step';
import { textStore } from '../turn/clients';
import { judgeScreening } from './judge-screening';

const store = textStore();

/**
 * Lambda: decides whether a text is masked or blocked after the guardrail intervened. Calls Amazon S3 for large texts.
 */
export const handler = (payload: JudgeScreeningPayload): Promise<ScreenedPart> => judgeScreening(payload, store);
