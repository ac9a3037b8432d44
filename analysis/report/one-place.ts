import { SEVERITIES } from '../rules/rule';
import type { CheckedFinding } from './check-report';
import { addTo } from '../model/list-map';

/** The findings that one property or statement has: one mistake can break several rules. */
export interface FindingsOfPlace {
  /** The worst one, which is reported with its reason and fix. */
  readonly first: CheckedFinding;
  readonly others: readonly CheckedFinding[];
}

/** The rule against wildcards says why a statement breaks the rules on single actions, too. */
const CAUSE = 'MA-ID5';

/**
 * Findings by their place. Each keeps its rule, so that nothing is accepted with another one. Findings about a whole
 * resource stay apart: different properties can be wrong.
 */
export function byPlace(findings: readonly CheckedFinding[]): FindingsOfPlace[] {
  const groups = new Map<string, CheckedFinding[]>();
  findings.forEach((finding, at) => {
    const { file, stack, logicalId, path } = finding;
    const isProperty = path.includes('.') || path.includes('[');
    const key = isProperty ? [file, stack, logicalId, path].join('\n') : String(at);
    addTo(groups, key, finding);
  });
  return [...groups.values()].map((group) => {
    const [first, ...others] = [...group].sort((one, other) => rank(one) - rank(other));
    return { first, others };
  });
}

function rank({ severity, rule }: CheckedFinding): number {
  return SEVERITIES.indexOf(severity) + (rule === CAUSE ? 0 : 0.5);
}
