/** Normalizes policy documents, so that documents that IAM treats as equal are equal values. */

type Members = Readonly<Record<string, unknown>>;

/**
 * A normalized policy document: lists are sorted sets, a single value is a list of one, names of actions, condition
 * operators and condition keys are in lower case, and condition values are strings. `Id` and `Sid` grant nothing and
 * are omitted. (IAM User Guide, "IAM JSON policy elements reference".)
 *
 * @param document as an object or as JSON; undefined without a policy
 */
export function normalizedPolicy(document: unknown): unknown {
  const parsed: unknown = typeof document === 'string' ? JSON.parse(document) : document;
  if (parsed === undefined || parsed === null) return undefined;
  const { Version: version = '2008-10-17', Statement: statements } = parsed as Members;
  return { Version: version, Statement: asSet(listOf(statements).map(normalizedStatement)) };
}

function normalizedStatement(statement: unknown): unknown {
  const entries = Object.entries(statement as Members)
    .filter(([name]) => name !== 'Sid')
    .map(([name, value]): [string, unknown] => {
      switch (name) {
        case 'Action':
        case 'NotAction':
          return [name, asSet(listOf(value).map((action) => String(action).toLowerCase()))];
        case 'Resource':
        case 'NotResource':
          return [name, asSet(listOf(value))];
        case 'Principal':
        case 'NotPrincipal':
          return [name, normalizedPrincipal(value)];
        case 'Condition':
          return [name, normalizedConditions(value as Members)];
        default:
          return [name, value];
      }
    });
  return sorted(Object.fromEntries(entries.filter(([, value]) => value !== undefined)));
}

function normalizedPrincipal(principal: unknown): unknown {
  const kinds = principal === '*' ? { AWS: '*' } : (principal as Members);
  return sorted(
    Object.fromEntries(
      Object.entries(kinds).map(([kind, names]) => [
        kind,
        asSet(listOf(names).map((name) => accountRoot(String(name)))),
      ]),
    ),
  );
}

/** An account id means the root principal of the account. */
function accountRoot(name: string): string {
  return /^arn:[^:]*:iam::(\d{12}):root$/.exec(name)?.[1] ?? name;
}

function normalizedConditions(conditions: Members): unknown {
  const operators = Object.entries(conditions).map(([operator, keys]) => {
    const tests = Object.entries(keys as Members).map(([key, values]) => [
      key.toLowerCase(),
      asSet(listOf(values).map(String)),
    ]);
    return [operator.toLowerCase(), sorted(Object.fromEntries(tests) as Members)];
  });
  return operators.length === 0 ? undefined : sorted(Object.fromEntries(operators) as Members);
}

const listOf = (value: unknown): unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

function sorted(members: Members): Members {
  return Object.fromEntries(Object.entries(members).sort(([left], [right]) => (left < right ? -1 : 1)));
}

function asSet(values: readonly unknown[]): unknown[] {
  const byText = new Map(values.map((value) => [JSON.stringify(value), value]));
  return [...byText.keys()].sort().map((text) => byText.get(text));
}

/** Any other normalized value: sorted keys, lists as sorted sets, numbers and booleans as strings. */
export function normalizedValue(value: unknown): unknown {
  if (Array.isArray(value)) return asSet(value.map(normalizedValue));
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined);
    return sorted(Object.fromEntries(entries.map(([name, member]) => [name, normalizedValue(member)])));
  }
  // A JSON string, number, boolean or null.
  return value === undefined ? undefined : `${value as string | number | boolean}`;
}
