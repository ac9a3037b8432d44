import type { EventPlaceholder } from '../../../lib/contracts/starter';
import { RefusedEventError } from './refused-event';

/**
 * Strict formats: a value of a plain type can't contain words that the template doesn't list. `arn` and `id` allow the
 * names of AWS resources: the name of an alarm may have spaces and umlauts.
 */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

type Check = (value: unknown, placeholder: EventPlaceholder) => string | undefined;

const text =
  (form: RegExp, to: (match: string) => string = (match) => match): Check =>
  (value) =>
    typeof value === 'string' && form.test(value) ? to(value) : undefined;

/** The text of a value of each type, or undefined if the value doesn't have the type. */
const CHECKS: Record<EventPlaceholder['type'], Check> = {
  int: (value) => {
    const digits = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
    return typeof digits === 'string' && /^-?\d{1,15}$/.test(digits) ? digits : undefined;
  },
  number: (value) => (typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined),
  bool: (value) => (typeof value === 'boolean' ? String(value) : undefined),
  sha: text(/^[0-9a-f]{7,64}$/i, (sha) => sha.toLowerCase()),
  account: text(/^\d{12}$/),
  time: text(TIME),
  uuid: text(UUID, (uuid) => uuid.toLowerCase()),
  enum: (value, { values }) => (typeof value === 'string' && values?.includes(value) ? value : undefined),
  arn: text(/^arn:[a-z-]{3,20}:[a-z0-9-]{1,64}:[a-z0-9-]{0,32}:(\d{12}|aws)?:[^\p{Cc}]{1,1024}$/u),
  id: text(/^[^\p{C}\p{Z}]{1,512}$/u),
  url: (value) => (typeof value === 'string' && isPlainHttps(value) ? value : undefined),
  text: (value) =>
    typeof value === 'string'
      ? value
      : typeof value === 'number' || typeof value === 'boolean'
        ? String(value)
        : undefined,
  json: (value) => JSON.stringify(value),
};

/** The checked text of a value. */
export function checkedValue(placeholder: EventPlaceholder, value: unknown): string {
  const checked = CHECKS[placeholder.type](value, placeholder);
  if (checked === undefined) {
    throw new RefusedEventError(`${placeholder.name} is not of the type ${placeholder.type}`);
  }
  return checked;
}

function isPlainHttps(value: string): boolean {
  if (value.length > 2048 || /\s/.test(value) || !URL.canParse(value)) {
    return false;
  }
  const { protocol, username, password } = new URL(value);
  return protocol === 'https:' && username === '' && password === '';
}
