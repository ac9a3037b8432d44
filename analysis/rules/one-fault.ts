import type { Location, ReportedFinding } from './finding';
import { SEVERITIES, type Severity } from './rule';

/** A finding before it becomes plain data. */
export interface Reported extends Omit<ReportedFinding, 'says'> {
  readonly sentences: readonly string[];
  /** The case in which it holds. */
  readonly ending: string;
  /** Whether it is about patterns of actions or resources. */
  readonly isPattern: boolean;
  /** Whether nothing but such patterns is the cause. */
  readonly isOfPattern: boolean;
}

/** Whether two findings of one place have one cause: what repairs the first repairs the second. */
type Covers = (first: Reported, second: Reported) => boolean;

const always: Covers = () => true;

const actionsOf = ({ data }: Reported): string[] => [data.actions ?? []].flat().map((action) => action.toLowerCase());

/**
 * Whether patterns that the first finding is about are all that the second one is about. If both can be acknowledged, they
 * stay apart, so that the acknowledgement of a pattern accepts nothing else.
 */
const byPattern: Covers = (first, second) =>
  first.isPattern && second.isOfPattern && [first, second].some(({ severity }) => severity === 'fatal');

/** Whether the first finding is about every action of the second. */
const sameActions: Covers = (first, second) => {
  const known = actionsOf(first);
  const actions = actionsOf(second);
  return actions.length > 0 && actions.every((action) => known.includes(action));
};

/**
 * Pairs of rules that report one cause at one place. The first is the more specific one, and remains. An action on `*` that
 * isn't allowed by name either is not among them: whoever names the resource still has to remove the action.
 * Inner pairs come first, so that no sentence is lost.
 */
const ONE_CAUSE: readonly (readonly [string, string, Covers])[] = [
  ['MA-ID7', 'MA-ID6', (first, second) => actionsOf(first).includes('iam:passrole') || byPattern(first, second)],
  ['MA-ID4', 'MA-ID7', sameActions],
  ['MA-ID5', 'MA-ID4', byPattern],
  ['MA-ID5', 'MA-ID6', byPattern],
  ['MA-ID5', 'MA-ID7', byPattern],
  ['MA-ID5', 'MA-ID8', byPattern],
  ['MA-ENC1', 'MA-ID5', always],
  ['MA-ENC1', 'MA-ID7', always],
  ['MA-TRG3', 'MA-STO1', always],
  ['MA-TRG3', 'MA-ID7', always],
  ['MA-AUD2', 'MA-STO1', always],
  ['MA-AUD3', 'MA-STO1', always],
];

/** Leaves one finding for each cause: the more specific one, with the severity of the worst and the sentences of all. */
export function oneForEachFault(found: readonly Reported[]): Reported[] {
  const places = new Map<string, Reported[]>();
  for (const finding of found) {
    const key = partOf(finding);
    places.set(key, [...(places.get(key) ?? []), finding]);
  }
  return [...places.values()].flatMap((atPlace) => (atPlace.length > 1 ? merged(atPlace) : atPlace));
}

function merged(atPlace: readonly Reported[]): Reported[] {
  return ONE_CAUSE.reduce<Reported[]>(
    (left, [one, other, covers]) => {
      const first = left.find(({ rule }) => rule === one);
      const second = left.find(({ rule }) => rule === other);
      return first && second && covers(first, second)
        ? left.flatMap((each) => (each === second ? [] : each === first ? [withOther(first, second)] : [each]))
        : left;
    },
    [...atPlace],
  );
}

/** The place of a finding, with the case in which it holds. A warning fails nothing, so it stays apart from what does. */
export const partOf = ({ severity, ending, location }: Reported): string =>
  [severity === 'warning', location.stack, location.logicalId, location.path, ending].join('\n');

/** Two findings of one rule at one place as one: the sentences of the worse one come first. */
export function withSame(known: Reported, other: Reported): Reported {
  const isWorse = worse(known.severity, other.severity) !== known.severity;
  const [first, second] = isWorse ? [other, known] : [known, other];
  return { ...joined(known, other), sentences: [...new Set([...first.sentences, ...second.sentences])] };
}

/** A finding that also says what another rule found, with the id of that rule. */
function withOther(finding: Reported, other: Reported): Reported {
  const { rule, sentences, data } = other;
  const both = joined(finding, other);
  return {
    ...both,
    sentences: [...finding.sentences, `${sentences.join('. ')} (${rule})`],
    // What the other finding is about doesn't make this one a finding about patterns.
    isPattern: finding.isPattern,
    data: { ...both.data, also: [...new Set([finding.data.also ?? [], data.also ?? [], rule].flat())] },
  };
}

/** What two findings of one place have together; the sentences are those of the first. */
function joined(one: Reported, other: Reported): Reported {
  return {
    ...one,
    severity: worse(one.severity, other.severity),
    related: distinct([...one.related, ...other.related]),
    data: joinedData(one.data, other.data),
    isPattern: one.isPattern || other.isPattern,
    isOfPattern: one.isOfPattern && other.isOfPattern,
  };
}

/** The worse of two severities. */
export const worse = (one: Severity, other: Severity): Severity =>
  SEVERITIES.find((each) => each === one || each === other)!;

const distinct = (places: readonly Location[]): Location[] => [
  ...new Map(places.map((each) => [JSON.stringify(each), each])).values(),
];

/** The names of two findings about one place. The path is that of the first. */
function joinedData(one: ReportedFinding['data'], other: ReportedFinding['data']): ReportedFinding['data'] {
  const added = Object.entries(other).flatMap(([key, value]) => {
    const all = [...new Set([one[key] ?? [], value].flat())];
    return key === 'path' && 'path' in one ? [] : [[key, all.length === 1 && typeof value === 'string' ? value : all]];
  });
  return { ...one, ...(Object.fromEntries(added) as ReportedFinding['data']) };
}
