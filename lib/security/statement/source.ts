import type { DeclarationRecord } from '../../contracts/declarations';

/** One resource of a final template. */
export interface Item {
  /** Stack and logical id, unique in the app. */
  readonly key: string;
  /** How texts name it: its construct path where the template tells it, else the key. Unique in the app. */
  readonly name: string;
  readonly stack: string;
  readonly region: string;
  /** Empty when it is decided at deployment. */
  readonly account: string;
  readonly logicalId: string;
  readonly type: string;
  /** Resolved by the index; references are its texts. Read them with {@link Source.text} and {@link Source.target}. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What a statement is made from: the resources of an app, whatever stack they are in, and what their properties mean. */
export interface Source {
  /** The resources of a type, ordered by key. */
  items(type: string): readonly Item[];
  /** Every resource, ordered by key. */
  all(): readonly Item[];
  /** A property as text; references become `${name}`. */
  text(value: unknown): string;
  /** The resource that a property is a reference to and nothing else, also across stacks. */
  target(value: unknown): Item | undefined;
  /** Every resource that a property mentions, whatever its shape. */
  mentioned(value: unknown): readonly Item[];
  /** The first resource that a text of {@link text} names. */
  named(text: string): Item | undefined;
  /** A text file of the assembly of a resource, by its name in it. */
  file(of: Item, name: string): string | undefined;
  /** Declarations in the template of a stack. */
  declarations(stack: string): readonly DeclarationRecord[];
  /** Something computed from the whole app, once. */
  view<T>(build: (source: Source) => T): T;
  /** Conditions of templates that only the deployment decides. */
  readonly undecided: readonly string[];
}

type Properties = Readonly<Record<string, unknown>>;

/** An object of a template, or an empty one. */
export function objectOf(value: unknown): Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Properties) : {};
}

/** A list of a template; a single value counts as a list of one, as in policies. */
export function listOf(value: unknown): readonly unknown[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? (value as unknown[]) : [value];
}

/** A number of a template, which may be written as text. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'number' || (typeof value === 'string' && value.trim() !== '') ? Number(value) : NaN;
  return Number.isFinite(number) ? number : undefined;
}

/** Sorts texts by code unit, the same on every machine. */
export function sorted(texts: Iterable<string>): string[] {
  return [...new Set(texts)].sort();
}

/** Sorts by a text made of each element. */
export function sortedBy<T>(elements: Iterable<T>, key: (element: T) => string): T[] {
  return [...elements]
    .map((element) => [key(element), element] as const)
    .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
    .map(([, element]) => element);
}
