/**
 * The allowed content of a request. A fault contains only names of members, never their content, because the outcome
 * event contains it.
 */
import {
  MAX_PART_CHARACTERS,
  MAX_PARTS,
  type SlotShare,
  SUBJECT_LIMITS,
  type TextPart,
  type TurnReason,
  type TurnSubject,
} from '../../../lib/contracts/turn';

export class RequestFault extends Error {}

/** @throws RequestFault if the value isn't a list of prompt parts */
export function checkParts(prompt: unknown): readonly TextPart[] {
  need(
    Array.isArray(prompt) && prompt.length > 0 && prompt.length <= MAX_PARTS,
    `prompt has not 1 to ${MAX_PARTS} parts`,
  );
  return prompt.map((part: TextPart, index) => {
    need(isRecord(part), `prompt[${index}] is not an object`);
    const { text, s3, trusted } = part;
    need(trusted === undefined || trusted === true, `prompt[${index}].trusted is neither absent nor true`);
    const mark: Pick<TextPart, 'trusted'> = trusted === undefined ? {} : { trusted };
    if (text !== undefined) {
      need(
        s3 === undefined && isText(text, MAX_PART_CHARACTERS),
        `prompt[${index}].text is not a text of 1 to ${MAX_PART_CHARACTERS} characters, or the part has s3, too`,
      );
      return { text, ...mark };
    }
    need(isRecord(s3) && isText(s3.bucket, 63) && isText(s3.key, 1024), `prompt[${index}] has neither text nor s3`);
    return { s3: { bucket: s3.bucket, key: s3.key }, ...mark };
  });
}

/** @throws RequestFault if the value isn't the reason of a refusal */
export function checkReason(reason: unknown): TurnReason {
  need(
    isRecord(reason) && typeof reason['code'] === 'string' && /^[a-z][a-z0-9-]{2,49}$/.test(reason['code']),
    'reason.code is not 3 to 50 lower-case letters, digits and dashes',
  );
  const { code, message } = reason;
  need(message === undefined || isText(message, 500), 'reason.message is not a text of 1 to 500 characters');
  return { code, ...(message === undefined ? {} : { message }) };
}

export function need(holds: boolean, fault: string): asserts holds {
  if (!holds) throw new RequestFault(fault);
}

export function isText(value: unknown, most: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= most;
}

/** The largest number of slots of a workflow. */
export const MAX_SLOTS = 1_000;

export function isShare(value: unknown): value is SlotShare {
  return (
    isRecord(value) &&
    typeof value['name'] === 'string' &&
    /^[A-Za-z0-9-]{1,64}$/.test(value['name']) &&
    Number.isInteger(value['slots']) &&
    Number(value['slots']) >= 1 &&
    Number(value['slots']) <= MAX_SLOTS
  );
}

export function isSubject(value: unknown): value is TurnSubject {
  return (
    isRecord(value) &&
    Object.keys(value).length <= SUBJECT_LIMITS.names &&
    Object.entries(value).every(
      ([name, fact]) => SUBJECT_LIMITS.name.test(name) && typeof fact === 'string' && SUBJECT_LIMITS.value.test(fact),
    ) &&
    Object.values(value).join('').length <= SUBJECT_LIMITS.total
  );
}

export function isPositive(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
