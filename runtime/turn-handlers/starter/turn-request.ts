import { factText } from '../../../lib/contracts/fact-text';
import { TURN_REQUEST_FORMAT, type TextPart, type TurnRequest, type TurnTrigger } from '../../../lib/contracts/turn';
import type { Starter } from './configuration';
import { eventValue } from './event-value';
import { renderPrompt } from './prompt';
import { keyOf } from './turn-keys';
import { subjectOf } from './turn-subject';
import type { PromptPiece } from './untrusted-text';

/** Maximum lengths of the contract of a turn. */
const MAX_DEDUPLICATION_KEY = 1024;
const MAX_SESSION_KEY = 256;

/** The requested turn of an event; the prompt isn't split into parts yet. */
export interface RequestedTurn {
  readonly request: Omit<TurnRequest, 'prompt'>;
  readonly prompt: readonly PromptPiece[];
}

/** Everything of a turn except the parts of its prompt. Only `prompt` contains text of the event. */
export function requestTurn(starter: Starter, event: object, nonce: string, now: Date): RequestedTurn {
  const { configuration, agentName, bindings } = starter;
  const { trigger, deduplicationKey, sessionKey, subject, deadlineSeconds, approval, slots } = configuration;
  return {
    request: {
      format: TURN_REQUEST_FORMAT,
      agentName,
      deduplicationKey: keyOf(trigger.id, event, deduplicationKey, MAX_DEDUPLICATION_KEY),
      ...(sessionKey ? { sessionKey: keyOf(trigger.type, event, sessionKey, MAX_SESSION_KEY) } : {}),
      trigger: turnTrigger(trigger, event, now),
      ...(subject ? { subject: subjectOf(subject, event) } : {}),
      ...(deadlineSeconds === undefined ? {} : { deadlineSeconds }),
      ...(approval === undefined ? {} : { approval }),
      ...(slots === undefined ? {} : { share: { name: trigger.id, slots } }),
    },
    prompt: renderPrompt(configuration.prompt, bindings, event, nonce),
  };
}

/** The request with its prompt. */
export function withPrompt(request: Omit<TurnRequest, 'prompt'>, prompt: readonly TextPart[]): TurnRequest {
  return { ...request, prompt };
}

/** The cause in evidence and outcome events: only identifiers, everything else is omitted. */
function turnTrigger(trigger: Starter['configuration']['trigger'], event: object, now: Date): TurnTrigger {
  const plain = (member: string, form: RegExp): string | undefined => {
    const value = eventValue(event, [member]);
    return typeof value === 'string' && form.test(value) ? value : undefined;
  };
  const eventId = plain('id', /^[A-Za-z0-9._:/=+-]{1,128}$/);
  const detailType = plain('detail-type', /^[\w .:/-]{1,128}$/);
  const time = plain('time', /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/);
  const listed = eventValue(event, ['resources']);
  const resources = (Array.isArray(listed) ? (listed as unknown[]) : [])
    .flatMap((name) => (typeof name === 'string' ? [factText(name)] : []))
    .filter((name) => /^[\x21-\x7e]{1,512}$/.test(name))
    .slice(0, 10);
  return {
    ...trigger,
    source: plain('source', /^[A-Za-z0-9._/-]{1,128}$/) ?? 'unknown',
    ...(eventId ? { eventId } : {}),
    ...(detailType ? { detailType } : {}),
    time: time ?? now.toISOString(),
    ...(resources.length > 0 ? { resources } : {}),
  };
}
