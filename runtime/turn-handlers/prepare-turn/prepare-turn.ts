import { TURN_VARIABLES } from '../../../lib/contracts/handler-variables';
import type { Ending, PreparedTurn, PrepareTurnPayload } from '../../../lib/contracts/step';
import {
  type TextPart,
  TURN_EVENT_FORMAT,
  TURN_REQUEST_FORMAT,
  type TurnRequest,
  type TurnTrigger,
} from '../../../lib/contracts/turn';
import { SESSION_PREFIX, sessionLedgerKey, shareAttribute, turnLedgerKey } from '../../../lib/contracts/turn-ledger';
import {
  checkParts,
  isPositive,
  isRecord,
  isShare,
  isSubject,
  isText,
  MAX_SLOTS,
  need,
  RequestFault,
} from './request-checks';
import { type Environment, numberSetting, setting } from '../turn/settings';
import type { CheckedTurn } from './store-prompt';

/**
 * Limit of everything besides the prompt that every step carries, in bytes of its JSON text. ASCII text stays below it;
 * only control characters and similar ones, which JSON writes with six bytes each, can exceed it. The state contains it
 * twice.
 */
export const MAX_TURN_BYTES = 32_768;

/** Never throws for an invalid request: a refused request also ends with an outcome event. */
export function prepareTurn({ request, execution }: PrepareTurnPayload, environment: Environment): CheckedTurn {
  const agentName = setting(environment, TURN_VARIABLES.agentName);
  const maxDeadline = numberSetting(environment, TURN_VARIABLES.deadlineSeconds);
  const approvalMode = setting(environment, TURN_VARIABLES.approval);
  const given = isRecord(request) ? (request as Partial<TurnRequest>) : {};
  const sessionKey = isText(given.sessionKey, 256) ? given.sessionKey : undefined;
  const deadline = given.deadlineSeconds;
  const turn: PreparedTurn = {
    name: execution.name,
    detail: {
      format: TURN_EVENT_FORMAT,
      agentName,
      turn: { name: execution.name, executionArn: execution.id },
      ...(sessionKey === undefined ? {} : { sessionKey }),
      deduplicationKey: isText(given.deduplicationKey, 1024) ? given.deduplicationKey : execution.name,
      trigger: readTrigger(given.trigger, execution.startTime),
      ...(isSubject(given.subject) ? { subject: given.subject } : {}),
    },
    turnPk: turnLedgerKey(execution.name),
    sessionPk: sessionKey === undefined ? `${SESSION_PREFIX}${execution.name}` : sessionLedgerKey(sessionKey),
    deadlineSeconds: Math.min(maxDeadline, isPositive(deadline) ? Math.ceil(deadline) : maxDeadline),
    approvalRequired: approvalMode === 'always' || (approvalMode === 'on-request' && given.approval === 'required'),
    share: isShare(given.share)
      ? { attribute: shareAttribute(given.share.name), slots: String(given.share.slots) }
      : { attribute: shareAttribute(undefined), slots: String(MAX_SLOTS) },
    expiresAt: String(
      Math.floor(Date.parse(execution.startTime) / 1000) + numberSetting(environment, TURN_VARIABLES.recordSeconds),
    ),
  };
  try {
    const bytes = Buffer.byteLength(JSON.stringify(turn));
    need(bytes <= MAX_TURN_BYTES, `trigger, subject and keys have ${bytes} bytes as JSON, more than ${MAX_TURN_BYTES}`);
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
    return rejected(withinLimit(turn), 'request-invalid', error.message);
  }
}

/** A turn that is refused for its size must not pass it on: members that its outcome doesn't need are omitted. */
function withinLimit(turn: PreparedTurn): PreparedTurn {
  if (Buffer.byteLength(JSON.stringify(turn)) <= MAX_TURN_BYTES) return turn;
  // Undefined members aren't in the JSON result of the step.
  const trigger = { ...turn.detail.trigger, resources: undefined };
  return { ...turn, detail: { ...turn.detail, subject: undefined, trigger } };
}

function rejected(turn: PreparedTurn, code: string, message: string): CheckedTurn {
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
  need(
    given.subject === undefined || isSubject(given.subject),
    'subject is not up to 16 names with values of 1 to 2,400 visible ASCII characters, 19,200 together',
  );
  return checkParts(given.prompt);
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
