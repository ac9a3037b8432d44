import type { SessionDefinitionBinding } from './session';

/**
 * Syntax of the two published parts of a session definition: their names, the binding as text, and the placeholders in the
 * file. lib/ writes them, runtime/ reads them, analysis/ recognizes them.
 *
 * Pure values without imports of others, so that a handler may bundle them.
 */

/** `format` of the file. */
export const SESSION_DEFINITION_FORMAT = 'cdk-bedrock-managed-agents/session-definition/1';

/** Begins the `format` of a binding, in every version. */
export const SESSION_BINDING = 'cdk-bedrock-managed-agents/session-binding/';

/** `format` of a binding. */
export const SESSION_BINDING_FORMAT = `${SESSION_BINDING}1` as const;

/** Begins every placeholder. No other text of a definition may contain it. */
export const PLACEHOLDER_START = '{{binding:';

/** The placeholder for a value of the binding, by its index. */
export function placeholderOf(index: number): string {
  return `${PLACEHOLDER_START}${index}}}`;
}

/**
 * A text with its placeholders filled, once: a value that looks like a placeholder isn't replaced.
 *
 * @param missing called for a placeholder without a value in the binding; throws
 */
export function filled(text: string, values: readonly string[], missing: (index: number) => never): string {
  return text.replace(/\{\{binding:(0|[1-9]\d{0,5})\}\}/g, (_placeholder, index: string) =>
    Number(index) < values.length ? values[Number(index)] : missing(Number(index)),
  );
}

/**
 * A JSON value with every string in it replaced.
 *
 * @param at names the value in messages: `agent.tools[0].command`
 * @param change the new text
 */
export function withTexts(value: unknown, at: string, change: (text: string, at: string) => string): unknown {
  if (typeof value === 'string') {
    return change(value, at);
  }
  if (Array.isArray(value)) {
    return value.map((entry, index) => withTexts(entry, `${at}[${index}]`, change));
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value).map(([name, entry]) => [name, withTexts(entry, `${at}.${name}`, change)]),
      )
    : value;
}

const TEXT_MEMBERS = ['bucket', 'key', 'region', 'role_arn', 'project_id'];

/** Every other member of a binding is one of the session's environment. */
const OWN_MEMBERS = new Set([...TEXT_MEMBERS, 'format', 'sha256', 'values']);

/**
 * Checks a binding.
 *
 * @returns the problem, as the end of a sentence; undefined for a valid binding
 */
export function bindingProblem(binding: Readonly<Record<string, unknown>>): string | undefined {
  for (const member of new Set([...TEXT_MEMBERS, ...Object.keys(binding)])) {
    if (member !== 'values' && (typeof binding[member] !== 'string' || binding[member] === '')) {
      return `binding.${member} is missing or not text`;
    }
  }
  if (typeof binding.sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(binding.sha256)) {
    return 'binding.sha256 is not a lower-case hexadecimal SHA-256';
  }
  const { values } = binding;
  return Array.isArray(values) && values.every((value) => typeof value === 'string')
    ? undefined
    : 'binding.values is not an array of strings';
}

/** The members of a binding that belong to the session's environment, such as `runtime_arn`. */
export function environmentFields(binding: SessionDefinitionBinding): Record<string, string | string[]> {
  return Object.fromEntries(Object.entries(binding).filter(([member]) => !OWN_MEMBERS.has(member)));
}
