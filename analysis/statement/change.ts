/** The kind of a change: "the agent can now …", "no longer …", a changed limit, a protection, anything else. */
export type ChangeKind = 'also' | 'no longer' | 'bound' | 'protection' | 'other';

/** Whether the change widens what the agent can reach or do, or what can reach it. */
export type ChangeDirection = 'wider' | 'narrower' | 'neutral';

export interface Change {
  readonly kind: ChangeKind;
  readonly direction: ChangeDirection;
  /** The change, in pieces: constant words, and names from templates that a renderer must quote. */
  readonly text: readonly Piece[];
}

/** Constant words, or a name from a template. */
export type Piece = string | { readonly name: string };

export const name = (text: string): Piece => ({ name: text });
export const asJson = (value: unknown): string => JSON.stringify(value);

export function change(kind: ChangeKind, direction: ChangeDirection, text: readonly Piece[]): Change {
  return { kind, direction, text };
}

/** Added or removed reach. */
export function reach(added: boolean, text: readonly Piece[]): Change {
  return added ? change('also', 'wider', text) : change('no longer', 'narrower', text);
}

/** An added or removed protection. */
export function protection(added: boolean, text: readonly Piece[]): Change {
  return change('protection', added ? 'narrower' : 'wider', [added ? 'added: ' : 'lost: ', ...text]);
}

/** One change per element that only one of the lists has. */
export function cameAndWent(
  before: readonly string[],
  after: readonly string[],
  describe: (element: string, added: boolean) => Change,
): Change[] {
  const [old, now] = [new Set(before), new Set(after)];
  return [
    ...[...now].filter((element) => !old.has(element)).map((element) => describe(element, true)),
    ...[...old].filter((element) => !now.has(element)).map((element) => describe(element, false)),
  ];
}
