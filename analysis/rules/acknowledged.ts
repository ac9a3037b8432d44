import type { Acknowledgement } from '../model/read-acknowledgements';
import type { ReportedFinding } from './finding';

/** The pack's name, the first part of the ids of acknowledgements. Without it an id doesn't count. */
const PACK = 'ManagedAgentChecks';

/**
 * The acknowledgement that accepts a finding, the closest one: as the CDK decides it at synth. A fatal finding is never
 * accepted.
 */
export function acknowledgementOf(
  { rule, severity, location }: ReportedFinding,
  all: readonly Acknowledgement[],
): Acknowledgement | undefined {
  if (severity === 'fatal') {
    return undefined;
  }
  const known = all.filter((each) => each.rule === `${PACK}::${rule}`);
  const places = known.length === 0 ? [] : [location.constructPath, `${location.stack}/${location.logicalId}`];
  for (const place of places) {
    for (const scope of place === undefined ? [] : scopesOf(place)) {
      const found = known.find((each) => each.scope === scope);
      if (found) {
        return found;
      }
    }
  }
  return undefined;
}

/** A construct path and the paths above it, closest first; the app has an empty one. */
function scopesOf(place: string): string[] {
  const names = place.split('/');
  return [...names.map((_, index) => names.slice(0, names.length - index).join('/')), ''];
}
