/** IAM policy documents as data: one shape, whatever the spelling (string or list, one statement or many). */

export interface Statement {
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions?: string[];
  readonly notActions?: string[];
  readonly resources?: string[];
  readonly notResources?: string[];
  /** Principals as written; only resource and trust policies have them. */
  readonly principals?: Principals;
  /** operator → key → values */
  readonly conditions: Record<string, Record<string, string[]>>;
}

/** `'*'`, or kind (`AWS`, `Service`, `Federated`) → values. */
export type Principals = '*' | Record<string, string[]>;

export interface Policy {
  /** Where it stands, for messages. */
  readonly name: string;
  readonly statements: Statement[];
}

const asList = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry)));

const optionalList = (value: unknown): string[] | undefined => (value === undefined ? undefined : asList(value));

function parseConditions(value: unknown): Statement['conditions'] {
  const conditions: Statement['conditions'] = {};
  for (const [operator, keys] of Object.entries((value ?? {}) as Record<string, Record<string, unknown>>)) {
    conditions[operator] = Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, asList(values)]));
  }
  return conditions;
}

function parsePrincipals(value: unknown): Principals | undefined {
  if (value === undefined) return undefined;
  if (value === '*') return '*';
  return Object.fromEntries(Object.entries(value as Record<string, unknown>).map(([kind, v]) => [kind, asList(v)]));
}

/** Reads a policy document whose intrinsics are already resolved. */
export function parsePolicy(name: string, document: unknown): Policy {
  const raw = (document as { Statement?: unknown } | undefined)?.Statement;
  const statements = (Array.isArray(raw) ? raw : raw === undefined ? [] : [raw]) as Record<string, unknown>[];
  return {
    name,
    statements: statements.map((s) => ({
      sid: typeof s.Sid === 'string' ? s.Sid : undefined,
      effect: s.Effect === 'Allow' ? 'Allow' : 'Deny',
      actions: optionalList(s.Action),
      notActions: optionalList(s.NotAction),
      resources: optionalList(s.Resource),
      notResources: optionalList(s.NotResource),
      principals: parsePrincipals(s.Principal),
      conditions: parseConditions(s.Condition),
    })),
  };
}
