/**
 * The input of a rule's target instead of the event.
 *
 * Source: docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html. A path without a value
 * results in an empty string, as documented on the page.
 */
import type { CloudEvent } from './event-buses';

export interface TargetInput {
  readonly Input?: string;
  readonly InputPath?: string;
  readonly InputTransformer?: {
    readonly InputPathsMap?: Readonly<Record<string, string>>;
    readonly InputTemplate: string;
  };
}

/** @param rule ARN */
export function targetInput(
  rule: string,
  { Input, InputPath, InputTransformer }: TargetInput,
  event: CloudEvent,
): unknown {
  if (InputTransformer !== undefined) return transformed(rule, InputTransformer, event);
  if (Input !== undefined) return JSON.parse(Input);
  return InputPath === undefined ? event : valueAt(InputPath, event);
}

function transformed(
  rule: string,
  { InputPathsMap = {}, InputTemplate }: NonNullable<TargetInput['InputTransformer']>,
  event: CloudEvent,
): unknown {
  const envelope = { ...event, detail: undefined };
  const values: Readonly<Record<string, unknown>> = {
    ...Object.fromEntries(Object.entries(InputPathsMap).map(([name, path]) => [name, valueAt(path, event)])),
    'aws.events.rule-arn': rule,
    'aws.events.rule-name': rule.split('/').at(-1),
    'aws.events.event.ingestion-time': event.time,
    'aws.events.event': envelope,
    'aws.events.event.json': event,
  };
  const isJson = /^\s*[{[]/.test(InputTemplate);
  let quoted = false;
  const text = InputTemplate.replace(/\\.|"|<([\w.-]+)>/gs, (found, name: string | undefined) => {
    if (found === '"') quoted = !quoted;
    if (name === undefined || !Object.hasOwn(values, name)) return found;
    const value = values[name] ?? '';
    // Inside quotes, a string is inserted as text; elsewhere, a JSON template inserts the value itself.
    if (typeof value === 'string' && (quoted || !isJson)) return quoted ? JSON.stringify(value).slice(1, -1) : value;
    const json = JSON.stringify(value);
    return quoted ? JSON.stringify(json).slice(1, -1) : json;
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!isJson) return text;
    throw new Error(`The input template of ${rule} gives no JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** Paths have members, indexes and `[*]`; a member may contain dashes and slashes. */
function valueAt(path: string, event: unknown): unknown {
  const steps = path.replace(/^\$\.?/, '').match(/[^.[\]]+|\[\*\]|\[\d+\]/g) ?? [];
  return steps.reduce<unknown>((value, step) => {
    if (step === '[*]') return value;
    const index = /^\[(\d+)\]$/.exec(step)?.[1];
    if (index !== undefined) return (value as unknown[] | undefined)?.[Number(index)];
    if (Array.isArray(value)) return value.map((entry) => (entry as Record<string, unknown> | undefined)?.[step]);
    return (value as Record<string, unknown> | undefined)?.[step];
  }, event);
}
