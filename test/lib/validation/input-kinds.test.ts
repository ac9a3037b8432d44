import { App, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import * as library from '../../../lib';
import * as blueprints from '../../../lib/blueprint';
import * as operations from '../../../lib/operations';
import { CALLS, ENUMS, OBJECTS, STRUCTS } from '../../../lib/validation/input-kinds';
import type * as kinds from '../../../lib/validation/kind';

type Class = (new (...args: unknown[]) => object) & Record<string, (...args: unknown[]) => unknown>;

const api = { ...library, ...blueprints, ...operations } as unknown as Record<string, Class>;

/** A value of every wrong kind, by the kind that it is of. */
const WRONG = { string: 'text', number: 7, boolean: true, null: null, object: {}, list: [], date: new Date(NaN) };

/** Kinds that the value is of, too. */
const FITS: Record<keyof typeof WRONG, RegExp> = {
  string: /^string$/,
  number: /^number$/,
  boolean: /^boolean$/,
  null: /^$/,
  object: /^object$|^\{/,
  list: /\[\]$/,
  // An invalid date is no date.
  date: /^object$|^\{/,
};

function fits(value: keyof typeof WRONG, kind: string): boolean {
  const isObject = value === 'object' || value === 'date';
  const acceptsEmpty = isObject && STRUCTS[kind] && Object.keys(STRUCTS[kind]).every((n) => n.endsWith('?'));
  return Boolean(acceptsEmpty) || kind.split('|').some((each) => each === 'any' || FITS[value].test(each));
}

/** A value that passes for a kind, with the required members. */
function valueOf(kind: string, stack: Stack): unknown {
  const [first] = kind.split('|');
  if (first.endsWith('[]')) return [];
  if (first.startsWith('{') || first === 'object') return {};
  if (/^I?Construct$|^Stack$/.test(first)) return stack;
  if (STRUCTS[first]) return structOf(first, stack);
  if (ENUMS[first]) return ENUMS[first][0];
  if (first === 'Date') return new Date(0);
  const { members } = OBJECTS[first] ?? {};
  if (members) return Object.fromEntries(members.map((member) => [member, 'x']));
  if (OBJECTS[first]) return Object.create(api[first].prototype as object) as object;
  return { string: 'x', number: 1, boolean: false, any: 'x' }[first];
}

function structOf(struct: string, stack: Stack): Record<string, unknown> {
  const required = Object.entries(STRUCTS[struct]).filter(([name]) => !name.endsWith('?'));
  return Object.fromEntries(required.map(([name, kind]) => [name, valueOf(kind, stack)]));
}

function call(name: string, args: unknown[]): unknown {
  const [, its, separator, method] = /^(\w+)([.#])?(\w+)?$/.exec(name)!;
  if (!separator) {
    // A construct that is refused keeps its id.
    const [scope, ...others] = args;
    return new api[its](scope instanceof Stack ? newStack() : scope, ...others);
  }
  if (separator === '.') return api[its][method](...args);
  const object = Object.create(api[its].prototype as object, { node: { value: newStack().node } }) as Class;
  return object[method](...args);
}

const newStack = () =>
  new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'us-east-1' } }) as Stack & Construct;

function errorOf(run: () => unknown): Error | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

/** Every way to make the call with one input of a wrong kind: [what, arguments, name of the input]. */
function* wrongCalls(name: string): Generator<[string, unknown[], string]> {
  const parameters = Object.entries(CALLS[name]);
  for (const [index, [parameter, kind]] of parameters.entries()) {
    // The scope and the id of a construct are checked by the constructs library.
    const isPlace = /^(scope|id|_scope)\??$/.test(parameter) && (index < 2 || !name.includes('.'));
    const isRest = parameter.startsWith('...');
    if (isPlace || isRest) continue;
    const stack = newStack();
    const args = parameters.map(([, each]) => valueOf(each, stack));
    const input = parameter.replace('?', '');
    for (const [wrong, value] of Object.entries(WRONG) as [keyof typeof WRONG, unknown][]) {
      if (!fits(wrong, kind)) yield [`${input} ${wrong}`, Object.assign([...args], { [index]: value }), ''];
    }
    for (const [member, memberKind] of Object.entries(STRUCTS[kind] ?? {})) {
      const its = member.replace('?', '');
      const given = (value: unknown) =>
        Object.assign([...args], { [index]: { ...(args[index] as object), [its]: value } });
      for (const [wrong, value] of Object.entries(WRONG) as [keyof typeof WRONG, unknown][]) {
        if (!fits(wrong, memberKind)) yield [`${its} ${wrong}`, given(value), its];
      }
      if (memberKind.endsWith('[]') && !fits('object', memberKind.slice(0, -2)) && !memberKind.startsWith('any')) {
        yield [`a wrong entry of ${its}`, given([{}]), `${its}[0]`];
      }
      if (!member.endsWith('?')) yield [`no ${its}`, given(undefined), its];
    }
  }
}

describe('every input of the public API is refused when it is of another kind', () => {
  test.each(Object.keys(CALLS))('%s', (name) => {
    const failures: string[] = [];
    for (const [what, args, input] of wrongCalls(name)) {
      const error = errorOf(() => call(name, args));
      const says = error?.name === 'InputError' && /Allowed: .*Fix: /s.test(error.message);
      if (!says || !error.message.includes(input)) {
        failures.push(`${what}: ${error ? `${error.name}: ${error.message}` : 'accepted'}`);
      }
    }
    expect(failures).toEqual([]);
  });

  test('every exported class with a public method or constructor is in the table', () => {
    const known = new Set(Object.keys(CALLS).map((name) => name.split(/[.#]/)[0]));
    const classes = Object.entries(api).filter(([, its]) => typeof its === 'function');
    const without = classes.filter(([name]) => !known.has(name) && OBJECTS[name] === undefined).map(([name]) => name);
    expect(without).toEqual([]);
  });
});

// The package loads a class when its name is first used, so an app without networks has no AgentNetwork to compare with.
test('an object in place of a class of the library is refused also when the class is not loaded', () => {
  jest.isolateModules(() => {
    const { requireKind } = jest.requireActual<typeof kinds>('../../../lib/validation/kind');
    const given = { where: 'Stack/Agent', input: 'egress', value: {}, kind: 'AgentEgress' };
    expect(() => requireKind(given)).toThrow(/egress 'Object' is not accepted. Allowed: an AgentEgress/);
  });
});

test('a text in place of a secret is not repeated', () => {
  const options = { repositories: ['a/b'], webhook: valueOf('IGitHubWebhook', newStack()), credentials: 'hunter2' };
  const error = errorOf(() => api.CodeHost.gitHub(options));
  expect(error?.message).toMatch(/credentials is not accepted/);
  expect(error?.message).not.toContain('hunter2');
});
