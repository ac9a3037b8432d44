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
    const { severity, ending, location } = finding;
    const key = [severity === 'warning', location.stack, location.logicalId, location.path, ending].join('\n');
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

/** A finding that also says what another rule found, with the id of that rule. */
function withOther(finding: Reported, { rule, severity, sentences, related, data, isOfPattern }: Reported): Reported {
  return {
    ...finding,
    severity: isWorseThan(severity, finding.severity) ? severity : finding.severity,
    sentences: [...finding.sentences, `${sentences.join('. ')} (${rule})`],
    related: distinct([...finding.related, ...related]),
    isOfPattern: finding.isOfPattern && isOfPattern,
    data: {
      ...joinedData(finding.data, data),
      also: [...new Set([finding.data.also ?? [], data.also ?? [], rule].flat())],
    },
  };
}

/** Whether a severity is worse than another. */
export const isWorseThan = (one: Severity, other: Severity): boolean =>
  SEVERITIES.indexOf(one) < SEVERITIES.indexOf(other);

/** Places without repetitions. */
export const distinct = (places: readonly Location[]): Location[] => [
  ...new Map(places.map((each) => [JSON.stringify(each), each])).values(),
];

/** The names of two findings about one place. The path is that of the first. */
export function joinedData(one: ReportedFinding['data'], other: ReportedFinding['data']): ReportedFinding['data'] {
  const added = Object.entries(other).flatMap(([key, value]) => {
    const all = [...new Set([one[key] ?? [], value].flat())];
    return key === 'path' && 'path' in one ? [] : [[key, all.length === 1 && typeof value === 'string' ? value : all]];
  });
  return { ...one, ...(Object.fromEntries(added) as ReportedFinding['data']) };
}
