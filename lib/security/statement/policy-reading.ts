import { listOf, objectOf, sortedBy, type Source } from './source';
import type { Condition } from './statement';

/** A list of actions or resources, or of everything but them. */
export interface Selection {
  readonly but: boolean;
  readonly patterns: readonly string[];
}

/** A statement of a policy with its values as texts. */
export interface PolicyEntry {
  readonly sid?: string;
  readonly effect: 'allow' | 'deny';
  readonly actions: Selection;
  readonly resources: Selection;
  readonly principals: readonly string[];
  readonly conditions: readonly Condition[];
}

/** The statements of a policy document; a document that is written as JSON text is parsed. */
export function readPolicy(document: unknown, source: Source): PolicyEntry[] {
  return listOf(objectOf(parsed(document)).Statement).map((statement) => {
    const entry = objectOf(statement);
    const { Sid, Effect, Action, NotAction, Resource, NotResource, Principal, NotPrincipal, Condition } = entry;
    return {
      ...(typeof Sid === 'string' ? { sid: Sid } : {}),
      effect: Effect === 'Deny' ? 'deny' : 'allow',
      actions: selection(Action, NotAction, source),
      resources: selection(Resource, NotResource, source),
      principals: [
        ...principals(Principal, source),
        ...principals(NotPrincipal, source).map((principal) => `everybody but ${principal}`),
      ],
      conditions: readConditions(Condition, source),
    };
  });
}

/** Conditions in a fixed order; values too. */
export function readConditions(condition: unknown, source: Source): Condition[] {
  const conditions = Object.entries(objectOf(condition)).flatMap(([operator, keys]) =>
    Object.entries(objectOf(keys)).map(([key, values]) => ({
      operator,
      key,
      values: listOf(values)
        .map((value) => source.text(value))
        .sort(),
    })),
  );
  return sortedBy(conditions, ({ operator, key }) => `${key} ${operator}`);
}

/** `everything but a, b` for a negated list. */
export function selectionTexts({ but, patterns }: Selection): readonly string[] {
  return but ? [`everything but ${[...patterns].sort().join(', ')}`] : patterns;
}

function selection(positive: unknown, negative: unknown, source: Source): Selection {
  const but = positive === undefined && negative !== undefined;
  const patterns = listOf(but ? negative : positive).map((value) => source.text(value));
  // A statement of a trust or resource policy may leave the resource out: it speaks of what it is attached to.
  return { but, patterns: patterns.length ? patterns : ['*'] };
}

function principals(value: unknown, source: Source): string[] {
  if (value === undefined) {
    return [];
  }
  if (value === '*') {
    return ['everybody'];
  }
  return Object.values(objectOf(value)).flatMap((list) =>
    listOf(list).map((principal) => (principal === '*' ? 'everybody' : source.text(principal))),
  );
}

function parsed(document: unknown): unknown {
  if (typeof document !== 'string') {
    return document;
  }
  try {
    return JSON.parse(document) as unknown;
  } catch {
    return undefined;
  }
}
