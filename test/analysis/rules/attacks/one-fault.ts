import type { ReportedFinding } from '../../../../analysis/rules/finding';

/**
 * Pairs of findings about one part of a template that are two faults: whoever repairs the first still has the second. By
 * the places and the rules, the outer place first.
 */
const TWO_FAULTS: readonly (readonly [RegExp, string])[] = [
  [/^MA-ID5 MA-ID7 same$/, 'the resource is too wide, and the action is not one for the role'],
  [/^MA-ID5 MA-ID4 same$/, 'the resource is too wide, and the action is not one for the role'],
  [/^MA-GRD1 MA-TRG2 (?:same|below)$/, 'nothing screens the text, and nothing limits how many turns run'],
  [/^MA-TRG2 MA-GRD1 below$/, 'the workflow has no timeout, and nothing screens the text'],
  [/^MA-TRG2 MA-TRG2 below$/, 'the workflow has no timeout, and nothing limits how many turns run'],
  [/^MA-GRD1 MA-GRD1 below$/, 'the input is not screened in a branch, and the output not after it'],
  [/^MA-(?:NET5|AUD3) (?:MA-\w+) below$/, 'a policy or a log group is missing, and a setting of the Runtime is wrong'],
  [/^MA-NET5 MA-AUD3 same$/, 'a policy is missing, and a log group is missing'],
  [/^MA-NET1 MA-STO1 below$/, 'the agent sends data out, and the store does'],
  [/^MA-NET3 MA-READ1 below$/, 'a policy that cannot be read does not limit the callers either'],
];

/** How the place of one finding is related to that of another: the same, or below it. */
function relation(outer: ReportedFinding['location'], inner: ReportedFinding['location']): string | undefined {
  const isOne = outer.stack === inner.stack && outer.logicalId === inner.logicalId && outer.logicalId !== '';
  if (!isOne) {
    return undefined;
  }
  return outer.path === inner.path ? 'same' : inner.path.startsWith(`${outer.path}.`) ? 'below' : undefined;
}

/** The findings of an attack that say again what another one says of that part, or of a part of it. */
export function saidTwice(found: readonly ReportedFinding[]): string[] {
  return found.flatMap((outer, position) =>
    found.flatMap((inner, other) => {
      const where = relation(outer.location, inner.location);
      if (outer === inner || where === undefined) {
        return [];
      }
      const forms = [
        `${outer.rule} ${inner.rule} ${where}`,
        ...(where === 'same' ? [`${inner.rule} ${outer.rule} same`] : []),
      ];
      const isKnown = forms.some((form) => TWO_FAULTS.some(([each]) => each.test(form)));
      // Of two findings about the same part, the first is compared with the second only.
      return isKnown || (where === 'same' && other < position) ? [] : [`${forms[0]}: ${outer.says} | ${inner.says}`];
    }),
  );
}
