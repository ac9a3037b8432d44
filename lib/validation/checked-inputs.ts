import { Annotations, Stack } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import { CALLS, STRUCTS } from './input-kinds';
import { entries, isPlainObject, registerClass, requireKind, requireMembers } from './kind';
import { rememberInputs, requireLocalInputs, type NamedInput } from './local-inputs';
import { InputError, requireInput } from './refused-input';

interface Method {
  readonly call: string;
  /** `.` of a static method. */
  readonly separator: string;
  readonly method: string;
}

/** The methods of the table by class: every class reads it when it is loaded. */
const METHODS = new Map<string, Method[]>();
for (const call of Object.keys(CALLS)) {
  const [, name, separator, method] = /^(\w+)([.#])(\w+)$/.exec(call) ?? [];
  if (method !== undefined) METHODS.set(name, [...(METHODS.get(name) ?? []), { call, separator, method }]);
}

/**
 * Checks the inputs of every public method of a class against the table of kinds that is generated from their types:
 * the only place with the kinds that a caller without a compiler may pass. Constructors call {@link checkedProps}.
 */
export function checkInputsOf(its: { readonly prototype: object }, name: string): void {
  registerClass(name, its);
  for (const { call, separator, method } of METHODS.get(name) ?? []) {
    checkMethod(separator === '.' ? its : its.prototype, method, call);
  }
}

const checked = new WeakSet<object>();

function checkMethod(owner: object, method: string, call: string): void {
  const descriptor = Object.getOwnPropertyDescriptor(owner, method);
  if (!descriptor) {
    const parent = Object.getPrototypeOf(owner) as object | null;
    if (parent) checkMethod(parent, method, call);
    return;
  }
  const original = descriptor.value as ((...args: unknown[]) => unknown) | undefined;
  if (typeof original !== 'function' || checked.has(original)) return;
  const replacement = function (this: unknown, ...args: unknown[]): unknown {
    const user = userOf(this, call, args);
    const inputs = requireArguments(call, user, args);
    try {
      const result = original.apply(this, args);
      requireLocal(user, inputs, args);
      rememberInputs(result, [{ name: '', kind: 'any', value: this }, ...inputs]);
      return result;
    } catch (error) {
      // An error without the input and without "Fix:" may be about the account, Region or Stage of an input.
      if (!(error instanceof InputError)) requireLocal(user, inputs, args);
      throw error;
    }
  };
  checked.add(replacement);
  Object.defineProperty(owner, method, {
    ...descriptor,
    value: Object.defineProperties(replacement, nameOf(original)),
  });
}

/** The construct that uses the inputs: the one whose method it is, or the scope of one that is imported. */
function userOf(object: unknown, call: string, [first]: unknown[]): IConstruct | undefined {
  if (Construct.isConstruct(object)) return object;
  return Object.keys(CALLS[call])[0] === 'scope' && Construct.isConstruct(first) ? first : undefined;
}

function nameOf({ name, length }: { name: string; length: number }): PropertyDescriptorMap {
  return { name: { value: name, configurable: true }, length: { value: length, configurable: true } };
}

function requireLocal(user: IConstruct | undefined, inputs: readonly NamedInput[], args: unknown[]): void {
  if (user) requireLocalInputs(user, whereOf(user, args), inputs);
}

function whereOf(user: IConstruct, [scope, id]: unknown[]): string {
  return user === scope && typeof id === 'string' ? pathOf(user, id) : user.node.path;
}

function requireArguments(call: string, user: IConstruct | undefined, args: unknown[]): NamedInput[] {
  const where = user ? whereOf(user, args) : call;
  return Object.entries(CALLS[call]).flatMap(([key, kind], index) => {
    const isRest = key.startsWith('...');
    const [{ name, optional }] = entries({ [key]: kind });
    const value = isRest ? args.slice(index) : args[index];
    if (value !== undefined || !optional) requireInputKind(where, name, value, kind);
    return { name: OPTIONS.test(name) ? '' : name, kind, value };
  });
}

/** Parameters whose members are named without the name of the parameter, because callers don't see it. */
const OPTIONS = /^(props|options|attrs|attributes|definition|turn)$/;

function requireInputKind(where: string, name: string, value: unknown, kind: string): void {
  if (OPTIONS.test(name) && STRUCTS[kind] && isPlainObject(value)) {
    requireMembers(where, '', value, kind);
  } else {
    requireKind({ where, input: name, value, kind });
  }
}

/**
 * The props of a construct, if each member has the kind of its type, and all resources in them are in the account and
 * Region of the construct.
 */
export function checkedProps<P>(className: string, scope: IConstruct, id: string, props: P): P {
  requireScope(className, scope, id);
  const where = pathOf(scope, id);
  requireProps(className, where, props);
  const [, kind] = propsOf(className);
  requireLocalInputs(scope, where, [{ name: '', kind, value: props }]);
  warnOfMisplaced(className, scope, where, props as object);
  return props;
}

/** Every construct of this library has resources, so its scope is a Stack or is in one. */
function requireScope(className: string, scope: unknown, id: string): void {
  const inStack = Construct.isConstruct(scope) && scope.node.scopes.some((each) => Stack.isStack(each));
  requireInput(inStack, `${className} '${id}'`, {
    input: 'scope',
    value: Construct.isConstruct(scope) ? scope.node.path || 'the App' : scope,
    allowed: 'a Stack, or a construct in one',
    fix: 'pass the Stack, in its constructor as this',
  });
}

/** Blueprints pass the props of their subclasses, which have additional members. */
const SUBCLASSED = 'AgentBlueprint';

/**
 * Without a compiler, an unknown prop would be ignored, for example a network of an agent, which is a prop of its
 * baseline.
 */
function warnOfMisplaced(className: string, scope: IConstruct, where: string, props: object): void {
  const known = entries(STRUCTS[propsOf(className)[1]]).map(({ name }) => name);
  const unknown = Object.keys(props).filter((name) => className !== SUBCLASSED && !known.includes(name));
  for (const name of unknown) {
    const owners = Object.keys(STRUCTS).filter(
      (struct) => struct.endsWith('Props') && [name, `${name}?`].some((member) => member in STRUCTS[struct]),
    );
    if (owners.length > 0) {
      Annotations.of(scope).addWarningV2(
        `cdk-bedrock-managed-agents:misplacedProp:${name}`,
        `${where}: '${name}' is not a prop of ${className} and has no effect. It is one of ${owners.join(', ')}. ` +
          'Fix: pass it there.',
      );
    }
  }
}

/** Checks the props of a class whose instances aren't constructs. */
export function requireProps(className: string, where: string, props: unknown): void {
  const [name, kind] = propsOf(className);
  requireInputKind(where, name, props, kind);
}

function propsOf(className: string): [name: string, kind: string] {
  const [name, kind] = Object.entries(CALLS[className]).slice(-1)[0];
  return [name.replace(/\?$/, ''), kind];
}

function pathOf(scope: IConstruct, id: string): string {
  return [scope.node.path, id].filter((part) => part !== '').join('/');
}
