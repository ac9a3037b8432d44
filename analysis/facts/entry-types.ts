import table from './entry-types.json';

/**
 * Types that can lead to an agent: every CloudFormation type that is called, forwards events, runs code or grants
 * access.
 */

/**
 * - `public`: can be called from outside of AWS, if its authorization allows it
 * - `service event`: sends events of its service to a target
 * - `mapping`: takes messages from a holder and passes them to a target
 * - `holder`: keeps messages or events until a receiver takes them
 * - `alias`: another name of its target
 * - `time`: starts its target at set times
 * - `compute`: runs code or steps under a role
 * - `authorization`: says who may use its target
 * - `exit`: reaches hosts outside of AWS
 * - `credential`: stores or issues credentials
 * - `macro`: rewritten before deployment, so it can't be read
 */
export type EntryKind =
  | 'public'
  | 'service event'
  | 'mapping'
  | 'holder'
  | 'alias'
  | 'time'
  | 'compute'
  | 'authorization'
  | 'exit'
  | 'credential'
  | 'macro';

/** The facts about one type. */
export interface EntryType {
  readonly kind: EntryKind;
  /** Kinds of its targets, in words: `function`, `machine`, `queue`. */
  readonly reaches: readonly string[];
  /** Property paths that name the targets, the sources or the role. `*` stands for any keys. */
  readonly properties: readonly string[];
  /** The property that authorizes its callers; undefined if the template has none. */
  readonly authorisedBy?: string;
  /** AWS page about the authorization; undefined if none was looked up. */
  readonly page?: string;
}

const ROWS: ReadonlyMap<string, string> = new Map(Object.entries(table.types));
const PAGES: Readonly<Record<string, string>> = table.pages;
const SERVICE = 'AWS::';

/** The facts about a type (`AWS::Lambda::Url`); undefined for a type that leads nowhere, or an unknown one. */
export function entryTypeOf(type: string): EntryType | undefined {
  const row = type.startsWith(SERVICE) ? ROWS.get(type.slice(SERVICE.length)) : undefined;
  if (row === undefined) return undefined;
  const [kind, reaches, properties, authorisedBy, page] = row.split(' | ');
  return {
    kind: kind as EntryKind,
    reaches: words(reaches, ', '),
    properties: words(properties, ' '),
    authorisedBy: authorisedBy || undefined,
    page: PAGES[page],
  };
}

const words = (text: string, separator: string): string[] => (text === '' ? [] : text.split(separator));

/** Every type of the table. */
export function entryTypes(): string[] {
  return [...ROWS.keys()].map((type) => SERVICE + type);
}

/**
 * Reviewed types with a property that looks like a target but that lead nowhere, so that a test can distinguish them
 * from new types.
 */
export function reviewedWithoutEntry(): string[] {
  return table.reviewedAndLeftOut.split(' ').map((type) => SERVICE + type);
}
