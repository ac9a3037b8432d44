/** Every role against every operation: what isn't listed for a role must be denied. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type AccessRequest, decideFor } from './decide';
import type { SynthesizedAccount } from './synthesized-account';

/** Texts of an operation contain `{{name}}`. */
export type Operations = Readonly<Record<string, AccessRequest>>;

/** Names of the operations that each role may do. */
export type Roles = Readonly<Record<string, readonly string[]>>;

/** A file of `cases/`. */
export function readCases<T>(file: string): T {
  return JSON.parse(readFileSync(path.join(__dirname, 'cases', file), 'utf8')) as T;
}

/** @throws Error for a name without a value: a request for a resource that doesn't exist is always denied */
export function fill(text: string, names: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    if (names[name] === undefined) throw new Error(`no value for {{${name}}}`);
    return names[name];
  });
}

export function filled(
  context: AccessRequest['context'] = {},
  names: Readonly<Record<string, string>>,
): AccessRequest['context'] {
  return Object.fromEntries(
    Object.entries(context).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.map((each) => fill(each, names)) : fill(value, names),
    ]),
  );
}

/**
 * @param idOf logical id of a role
 * @param namesOf values for the texts of operations
 */
export function testEachOperation(
  account: SynthesizedAccount,
  operations: Operations,
  roles: Roles,
  idOf: (role: string) => string,
  namesOf: (role: string) => Readonly<Record<string, string>>,
): void {
  test('every listed operation exists', () => {
    const listed = Object.values(roles).flat();
    expect(listed.filter((operation) => !(operation in operations))).toEqual([]);
  });

  describe.each(Object.entries(roles))('%s', (role, allowed) => {
    const cases = Object.keys(operations).map((name) => [allowed.includes(name) ? 'may' : 'may not', name] as const);
    test.each(cases)('%s %s', async (may, name) => {
      const { action, resource, context } = operations[name];
      const names = namesOf(role);
      const request = { action, resource: fill(resource, names), context: filled(context, names) };
      expect(await decideFor(account, idOf(role), request)).toBe(may === 'may' ? 'Allowed' : 'Denied');
    });
  });
}
