import type { Ending, PreparedTurn, PrepareTurnAnswer, PrepareTurnPayload } from '../../../lib/workflow/step-contract';
import {
  MAX_PART_CHARACTERS,
  MAX_PARTS,
  sessionLedgerKey,
  shareAttribute,
  type SlotShare,
  type TextPart,
  turnLedgerKey,
  TURN_REQUEST_FORMAT,
  type TurnRequest,
  type TurnTrigger,
} from '../../../lib/workflow/turn-contract';
import { type Environment, numberSetting, setting } from '../turn/settings';

/** What is wrong with a request, for its outcome event: names of members only, never their content. */
class RequestFault extends Error {}

/** Never throws for a bad request: a request that is not accepted still ends in an outcome event. */
export function prepareTurn({ request, execution }: PrepareTurnPayload, environment: Environment): PrepareTurnAnswer {
  const agentName = setting(environment, 'AGENT_NAME');
  const maxDeadline = numberSetting(environment, 'DEADLINE_SECONDS');
  const approvalMode = setting(environment, 'APPROVAL');
  const given = isRecord(request) ? (request as Partial<TurnRequest>) : {};
  const sessionKey = isText(given.sessionKey, 256) ? given.sessionKey : undefined;
  const deadline = given.deadlineSeconds;
  const turn: PreparedTurn = {
    name: execution.name,
    detail: {
      format: 'cdk-bedrock-managed-agents/turn-event/1',
      agentName,
      turn: { name: execution.name, executionArn: execution.id },
      ...(sessionKey === undefined ? {} : { sessionKey }),
      deduplicationKey: isText(given.deduplicationKey, 1024) ? given.deduplicationKey : execution.name,
      trigger: readTrigger(given.trigger, execution.startTime),
    },
    turnPk: turnLedgerKey(execution.name),
    sessionPk: sessionKey === undefined ? `session#${execution.name}` : sessionLedgerKey(sessionKey),
    deadlineSeconds: Math.min(maxDeadline, isPositive(deadline) ? Math.ceil(deadline) : maxDeadline),
    approvalRequired: approvalMode === 'always' || (approvalMode === 'on-request' && given.approval === 'required'),
    share: isShare(given.share)
      ? { attribute: shareAttribute(given.share.name), slots: String(given.share.slots) }
      : { attribute: shareAttribute(undefined), slots: String(MAX_SLOTS) },
    expiresAt: String(
      Math.floor(Date.parse(execution.startTime) / 1000) + numberSetting(environment, 'RECORD_SECONDS'),
    ),
  };
  try {
    const prompt = checkRequest(given, agentName);
    if (given.approval === 'required' && approvalMode === 'none') {
      return rejected(
        turn,
        'approval-unavailable',
        'The request asks for an approval and the workflow has no approval step',
      );
    }
    return { accepted: true, turn, prompt };
  } catch (error) {
    if (!(error instanceof RequestFault)) throw error;
    return rejected(turn, 'request-invalid', error.message);
  }
}

function rejected(turn: PreparedTurn, code: string, message: string): PrepareTurnAnswer {
  const ending: Ending = { outcome: 'Rejected', reason: { code, message } };
  return { accepted: false, turn, ending };
}

function checkRequest(given: Partial<TurnRequest>, agentName: string): readonly TextPart[] {
  need(given.format === TURN_REQUEST_FORMAT, `format is not ${TURN_REQUEST_FORMAT}`);
  need(given.agentName === agentName, `agentName is not ${agentName}`);
  need(isText(given.deduplicationKey, 1024), 'deduplicationKey is not a text of 1 to 1,024 characters');
  need(
    given.sessionKey === undefined || isText(given.sessionKey, 256),
    'sessionKey is not a text of 1 to 256 characters',
  );
  need(
    given.deadlineSeconds === undefined || isPositive(given.deadlineSeconds),
    'deadlineSeconds is not a positive number',
  );
  need(given.approval === undefined || given.approval === 'required', "approval is neither absent nor 'required'");
  need(given.share === undefined || isShare(given.share), 'share is not a name and 1 to 1,000 slots');
  need(isRecord(given.trigger), 'trigger is missing');
  const { prompt } = given;
  need(
    Array.isArray(prompt) && prompt.length > 0 && prompt.length <= MAX_PARTS,
    `prompt has not 1 to ${MAX_PARTS} parts`,
  );
  return prompt.map((part: TextPart, index) => {
    need(isRecord(part), `prompt[${index}] is not an object`);
    const { text, s3 } = part;
    if (text !== undefined) {
      need(
        s3 === undefined && isText(text, MAX_PART_CHARACTERS),
        `prompt[${index}].text is not a text of 1 to ${MAX_PART_CHARACTERS} characters, or stands beside s3`,
      );
      return { text };
    }
    need(isRecord(s3) && isText(s3.bucket, 63) && isText(s3.key, 1024), `prompt[${index}] has neither text nor s3`);
    return { s3: { bucket: s3.bucket, key: s3.key } };
  });
}

function readTrigger(value: unknown, startTime: string): TurnTrigger {
  const given = isRecord(value) ? value : {};
  const text = (name: string, most = 256) => (isText(given[name], most) ? String(given[name]) : undefined);
  const eventId = text('eventId');
  const detailType = text('detailType');
  const resources = Array.isArray(given['resources']) ? given['resources'].filter((entry) => isText(entry, 512)) : [];
  return {
    type: text('type') ?? 'direct',
    id: text('id') ?? 'direct',
    source: text('source', 512) ?? 'unknown',
    ...(eventId === undefined ? {} : { eventId }),
    ...(detailType === undefined ? {} : { detailType }),
    time: text('time', 40) ?? startTime,
    ...(resources.length ? { resources: resources.slice(0, 10) } : {}),
  };
}

function need(holds: boolean, fault: string): asserts holds {
  if (!holds) throw new RequestFault(fault);
}

function isText(value: unknown, most: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= most;
}

/** The most slots that a workflow has. */
const MAX_SLOTS = 1_000;

function isShare(value: unknown): value is SlotShare {
  return (
    isRecord(value) &&
    typeof value['name'] === 'string' &&
    /^[A-Za-z0-9-]{1,64}$/.test(value['name']) &&
    Number.isInteger(value['slots']) &&
    Number(value['slots']) >= 1 &&
    Number(value['slots']) <= MAX_SLOTS
  );
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
