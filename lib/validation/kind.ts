import { type Duration, Token } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { credentialKindIn, isCredentialName } from './credential-like';
import { ENUMS, OBJECTS, STRUCTS } from './input-kinds';
import { InputError } from './refused-input';

/** Classes of the public API by name. A class that isn't loaded has no instances. */
const classes = new Map<string, abstract new (...args: never[]) => unknown>();

/** Registers a class, so that its instances can be distinguished from other objects. */
export function registerClass(name: string, its: unknown): void {
  classes.set(name, its as abstract new (...args: never[]) => unknown);
}

/** An input of the library. */
export interface GivenInput {
  /** Construct path, or the name of the method. */
  readonly where: string;
  /** Name of the prop, option or argument, as in `tools[0]`. */
  readonly input: string;
  readonly value: unknown;
  readonly kind: string;
}

/** Members of an entry of the table: name without `?` and `...`, kind, and whether it can be left out. */
export function entries(inputs: Readonly<Record<string, string>>): { name: string; kind: string; optional: boolean }[] {
  return Object.entries(inputs).map(([name, kind]) => ({
    name: name.replace(/^\.\.\.|\?$/g, ''),
    kind,
    optional: name.endsWith('?'),
  }));
}

/**
 * Refuses a value of another kind than its type, at any depth. A compiler finds such errors; callers without one don't.
 */
export function requireKind(given: GivenInput): void {
  const { where, input, value, kind } = given;
  const alternatives = kind.split('|');
  if (alternatives.length > 1) {
    if (!alternatives.some((each) => passes({ where, input, value, kind: each }))) refuse(given);
    return;
  }
  if (kind === 'any') return;
  requireKnown(given);
  if (value === undefined || value === null) return refuse(given);
  if (kind.endsWith('[]')) {
    if (!Array.isArray(value)) return refuse(given);
    value.forEach((each, index) =>
      requireKind({ where, input: `${input}[${index}]`, value: each as unknown, kind: kind.slice(0, -2) }),
    );
  } else if (kind.startsWith('{')) {
    if (!isPlainObject(value)) return refuse(given);
    for (const [name, each] of Object.entries(value)) {
      requireKind({ where, input: `${input}.${name}`, value: each, kind: kind.slice(1, -1) });
    }
  } else if (STRUCTS[kind]) {
    if (!isPlainObject(value)) return refuse(given);
    requireMembers(where, input, value, kind);
  } else if (!isOfKind(value, kind)) {
    refuse(given);
  }
}

/**
 * Refuses props or options with a missing member, or a member of another kind. Members are named without their
 * container.
 */
export function requireMembers(where: string, prefix: string, value: object, struct: string): void {
  requireNoMisspelling(where, prefix, value as Readonly<Record<string, unknown>>, struct);
  for (const { name, kind, optional } of entries(STRUCTS[struct])) {
    const member = (value as Record<string, unknown>)[name];
    if (member !== undefined || !optional) {
      requireKind({ where, input: prefix ? `${prefix}.${name}` : name, value: member, kind });
    }
  }
}

/**
 * Refuses an unknown member that differs in one letter from a member that isn't set: it would be ignored, and with it a
 * limit or a protection. Other unknown members are allowed, because callers may pass on props of their own.
 */
function requireNoMisspelling(where: string, prefix: string, value: Readonly<Record<string, unknown>>, struct: string) {
  const known = entries(STRUCTS[struct]).map(({ name }) => name);
  for (const name of Object.keys(value).filter((each) => !known.includes(each))) {
    const meant = known.find((each) => value[each] === undefined && isMisspelled(name, each));
    if (meant === undefined) continue;
    const [input, allowed] = [name, meant].map((each) => (prefix ? `${prefix}.${each}` : each));
    throw new InputError(where, { input, allowed: `the name ${allowed}`, fix: `write ${allowed}` });
  }
}

/** Whether one letter is missing, added, replaced or exchanged with the next one. A plural is another word. */
function isMisspelled(name: string, meant: string): boolean {
  if (Math.min(name.length, meant.length) < SHORTEST_MISSPELLING || `${name}s` === meant || `${meant}s` === name) {
    return false;
  }
  let start = 0;
  while (start < name.length && name[start] === meant[start]) start += 1;
  const rest = (text: string, from: number) => text.slice(start + from);
  const swapped = name.charAt(start + 1) + name.charAt(start) + rest(name, 2);
  return (
    rest(name, 1) === rest(meant, 1) ||
    rest(name, 1) === rest(meant, 0) ||
    rest(name, 0) === rest(meant, 1) ||
    swapped === rest(meant, 0)
  );
}

/** In shorter names, one letter makes another word. */
const SHORTEST_MISSPELLING = 6;

/** Inputs that are written to the template unchanged. */
const KNOWN_LATER = new Set(['threshold']);

/** A number, a duration or a size must be known at synth: it is compared, converted, or written to code. */
function requireKnown({ where, input, value, kind }: GivenInput): void {
  const isKnown =
    kind === 'number'
      ? !Token.isUnresolved(value) || KNOWN_LATER.has(input)
      : !(kind === 'Duration' || kind === 'Size') || !(value as Partial<Duration> | undefined)?.isUnresolved?.();
  if (!isKnown) {
    throw new InputError(where, {
      input,
      value: 'a value that only the deployment knows',
      allowed: `${kindText(kind)} that is known at synth`,
      fix: 'write the value, or read it from the context or the environment of the app',
    });
  }
}

function passes(given: GivenInput): boolean {
  try {
    requireKind(given);
    return true;
  } catch {
    return false;
  }
}

function isOfKind(value: unknown, kind: string): boolean {
  if (kind === 'string' || kind === 'number' || kind === 'boolean') return typeof value === kind;
  if (kind === 'object') return typeof value === 'object' && !Array.isArray(value);
  if (ENUMS[kind]) return ENUMS[kind].includes(value as string);
  if (kind === 'Date') return value instanceof Date && !Number.isNaN(value.getTime());
  const isObject = (typeof value === 'object' || typeof value === 'function') && value !== null;
  if (!isObject) return false;
  const { members } = OBJECTS[kind];
  if (!members) {
    const its = classes.get(kind);
    return its !== undefined && value instanceof its;
  }
  // Every function has a member named bind.
  return members.every((member) => member in value && !(value instanceof Function && member in Function.prototype));
}

/** Props are objects, not constructs, lists or instances of the library's value classes. */
export function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Construct.isConstruct(value);
}

function refuse({ where, input, value, kind }: GivenInput): never {
  throw new InputError(where, {
    input,
    ...(isSecret(input, value, kind) ? {} : { value: shown(value) }),
    allowed: kindText(kind),
    fix: fixText(input, value, kind),
  });
}

/** A string instead of a secret may be the secret itself. */
function isSecret(input: string, value: unknown, kind: string): boolean {
  const isCredential = kind.includes('ISecret') || isCredentialName(input) || /credential/i.test(input);
  return typeof value === 'string' && (isCredential || credentialKindIn(value) !== undefined);
}

function shown(value: unknown): unknown {
  if (value === undefined) return undefined;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value === null) return 'null';
  if (Construct.isConstruct(value)) return `${value.node.path} (${value.constructor.name || 'a class without a name'})`;
  if (value instanceof Date) return String(value);
  if (Array.isArray(value)) return value.length === 0 ? '[]' : 'an array';
  return typeof value === 'object' ? (value.constructor?.name ?? 'object') : typeof value;
}

/** A kind as a noun phrase. */
export function kindText(kind: string): string {
  const alternatives = kind.split('|');
  if (alternatives.length > 1) return alternatives.map(kindText).join(' or ');
  if (kind.endsWith('[]')) return `an array of ${plural(kind.slice(0, -2))}`;
  if (kind.startsWith('{')) return `an object with ${plural(kind.slice(1, -1))} by name`;
  switch (kind) {
    case 'string':
      return 'a text';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'object':
      return 'an object';
    case 'Date':
      return 'a valid Date';
  }
  if (ENUMS[kind]) return `one of ${ENUMS[kind].join(', ')}`;
  return `${/^[AEIO]/.test(baseName(kind)) ? 'an' : 'a'} ${baseName(kind)}`;
}

function plural(kind: string): string {
  return { string: 'texts', number: 'numbers', boolean: 'booleans', any: 'values' }[kind] ?? baseName(kind);
}

function baseName(kind: string): string {
  return kind.replace(/^\w+\./, '');
}

function fixText(input: string, value: unknown, kind: string): string {
  if (value === null) return `Leave ${input} out, or pass ${kindText(kind)}`;
  if (kind.endsWith('[]') && passes({ where: '', input, value, kind: kind.slice(0, -2) })) {
    return `Write it in brackets: ${input}: […]`;
  }
  if (kind === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return `Write the value in quotes: '${value}'`;
  }
  if (kind === 'Date') return "Write it as in new Date('2027-06-30T12:00:00Z')";
  // The table has only the classes of this library, and most callers aren't agents.
  if (kind === 'iam.IGrantable') return 'Pass a role, or a construct that has one, such as a Lambda function';
  if (kind === 'IConstruct') return 'Pass the App, or a construct in it';
  const { make = [] } = OBJECTS[kind] ?? OBJECTS[kind.slice(0, -2)] ?? {};
  return make.length > 0 ? `Pass ${make.join(', or ')}` : `Pass ${kindText(kind)}`;
}
