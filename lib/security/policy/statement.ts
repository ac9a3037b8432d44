/** A condition of a policy statement: one operator on one key. */
export interface PolicyCondition {
  /** As written, with `ForAllValues:` and `IfExists`. */
  readonly operator: string;
  /** Condition keys are not case-sensitive: always lower case here. */
  readonly key: string;
  readonly values: readonly string[];
}

/** A statement of an IAM or resource policy with every short form written out. */
export interface PolicyStatement {
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly resources: readonly string[];
  readonly notResources: readonly string[];
  /** `AWS`, `Service`, `Federated`, `CanonicalUser` to names; `Principal: "*"` is `{AWS: ['*']}`. Empty in role policies. */
  readonly principals: Readonly<Record<string, readonly string[]>>;
  readonly notPrincipals: Readonly<Record<string, readonly string[]>>;
  readonly conditions: readonly PolicyCondition[];
}

interface RawStatement {
  readonly Sid?: string;
  readonly Effect?: string;
  readonly Action?: unknown;
  readonly NotAction?: unknown;
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The statements of a policy document: an object, or JSON text as some resource types take it. */
export function readPolicy(document: unknown): PolicyStatement[] {
  const policy = typeof document === 'string' ? parse(document) : document;
  const statements = (policy as { Statement?: unknown } | null | undefined)?.Statement;
  return list(statements).flatMap((statement) =>
    statement !== null && typeof statement === 'object' ? [readStatement(statement as RawStatement)] : [],
  );
}

function readStatement(raw: RawStatement): PolicyStatement {
  return {
    sid: raw.Sid,
    effect: raw.Effect === 'Deny' ? 'Deny' : 'Allow', // An unknown effect is judged as the dangerous one.
    actions: texts(raw.Action),
    notActions: texts(raw.NotAction),
    resources: texts(raw.Resource),
    notResources: texts(raw.NotResource),
    principals: principals(raw.Principal),
    notPrincipals: principals(raw.NotPrincipal),
    conditions: Object.entries(raw.Condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys ?? {}).map(([key, values]) => ({ operator, key: key.toLowerCase(), values: texts(values) })),
    ),
  };
}

function principals(value: unknown): Record<string, string[]> {
  if (value === undefined || value === null) {
    return {};
  }
  return typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).map(([type, names]) => [type, texts(names)]))
    : { AWS: texts(value) };
}

function texts(value: unknown): string[] {
  return list(value).map((item) => (typeof item === 'string' ? item : (JSON.stringify(item) ?? '')));
}

function list(value: unknown): unknown[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
