import { readAcknowledgements } from '../../analysis/model/read-acknowledgements';
import type { TemplateModel } from '../../analysis/model/template-model';
import { Declared } from '../../analysis/rules/declared';
import { LIBRARY_REVIEW, LIBRARY_RULES } from '../../lib/contracts/library-acknowledgement';
import { code } from '../../lib/contracts/untrusted-text';

/** A declaration or an acknowledged finding. */
type Decision = { readonly kind: 'declared'; readonly what: string; readonly reason: string } | Acknowledged;

interface Acknowledged {
  readonly kind: 'acknowledged';
  readonly what: string;
  readonly scope: string;
  readonly reason: string;
  /** True for a finding about a resource of this library that the library itself acknowledged. */
  readonly byLibrary?: true;
}

/** The decisions of the app's owner and of this library, from a cloud assembly. */
export function decisionsOf(directory: string, model: TemplateModel): Decision[] {
  const all = [
    ...new Declared(model, new Date(0)).all.map(({ kind, subject, reason, key }): Decision => ({
      kind: 'declared',
      what: `${kind} ${subject ?? key}`,
      reason,
    })),
    ...readAcknowledgements(directory).map(({ scope, rule, reason }): Decision => ({
      kind: 'acknowledged',
      what: rule,
      scope,
      reason,
      ...(isByLibrary(rule, reason) ? { byLibrary: true } : {}),
    })),
  ];
  // A declaration is in every template below its scope.
  return [...new Map(all.map((decision) => [keyOf(decision), decision])).values()];
}

/** The rule and the resource of an id: cdk-nag writes `AwsSolutions-IAM5[Resource::*]`. */
function partsOf(id: string): { rule: string; resource: string | undefined } {
  const [, rule, resource] = /^(.*?)(\[.*\])?$/s.exec(id) ?? [undefined, id, undefined];
  return { rule, resource };
}

function isByLibrary(id: string, reason: string): boolean {
  return reason.endsWith(LIBRARY_REVIEW) && LIBRARY_RULES.some((each) => each === partsOf(id).rule);
}

const isOfLibrary = (decision: Decision): decision is Acknowledged =>
  decision.kind === 'acknowledged' && decision.byLibrary === true;

/** New decisions. An acknowledgement isn't new if only this library's reason for it has changed. */
export function newDecisions(before: readonly Decision[], after: readonly Decision[]): Decision[] {
  const placeOf = ({ scope, what }: Acknowledged) => `${scope}\n${what}`;
  const known = new Set(before.map(keyOf));
  const places = new Set(before.flatMap((each) => (each.kind === 'acknowledged' ? [placeOf(each)] : [])));
  return after.filter((each) => !known.has(keyOf(each)) && !(isOfLibrary(each) && places.has(placeOf(each))));
}

/**
 * Whether a person must look at a new decision: at each one of the app, and at a wildcard that this library acknowledged,
 * because an app could write the library's reason, too.
 */
export const needsPerson = (decision: Decision): boolean =>
  !isOfLibrary(decision) || partsOf(decision.what).resource?.includes('*') === true;

/** The identity of a decision. */
const keyOf = (decision: Decision): string => JSON.stringify(decision);

/** New decisions as a section of Markdown. */
export function decisionsMarkdown(decisions: readonly Decision[]): string {
  if (decisions.length === 0) return '### Declarations and acknowledgements: none added\n';
  const library = decisions.filter(isOfLibrary);
  const texts = [
    ...appLines(decisions.filter((each) => !isOfLibrary(each))),
    ...(library.length > 0 ? [libraryLine(library)] : []),
  ];
  const sign = decisions.some(needsPerson) ? ' ⚠️' : '';
  return `### New declarations and acknowledgements${sign}\n\n${texts.join('\n')}\n`;
}

/** Decisions with the same reason. */
interface Line {
  readonly head: string;
  readonly reason: string;
  readonly places: string[];
}

/** A line of Markdown for each rule and reason; if there are several places, they are listed below it. */
function appLines(decisions: readonly Decision[]): string[] {
  const lines = new Map<string, Line>();
  for (const decision of decisions) {
    const { kind, what, reason } = decision;
    const head = `${kind} ${code(kind === 'acknowledged' ? partsOf(what).rule : what)}`;
    const line = lines.get(`${head} ${reason}`) ?? { head, reason, places: [] };
    if (decision.kind === 'acknowledged') line.places.push(placeText(decision));
    lines.set(`${head} ${reason}`, line);
  }
  return withRulesJoined([...lines.values()]).map(({ head, reason, places }) =>
    places.length > 1
      ? `- ${head} in ${places.length} places: ${code(reason)}\n${placeLines(places)}`
      : `- ${head}${places.map((place) => ` in ${place}`).join('')}: ${code(reason)}`,
  );
}

/** Several packs have rules for the same finding: rules with one reason in the same places become one line. */
function withRulesJoined(lines: readonly Line[]): Line[] {
  const joined = new Map<string, Line>();
  for (const line of lines) {
    const key = JSON.stringify([line.places.length > 0 ? line.places : line.head, line.reason]);
    const same = joined.get(key);
    joined.set(key, same ? { ...same, head: `${same.head}, ${line.head.replace('acknowledged ', '')}` } : line);
  }
  return [...joined.values()];
}

/** One line for everything that this library acknowledged; only new wildcards are listed. */
function libraryLine(acknowledged: readonly Acknowledged[]): string {
  const rules = [...new Set(acknowledged.map(({ what }) => partsOf(what).rule.replace(/^.*::/, '')))].sort();
  const wildcards = acknowledged.filter(needsPerson);
  const line =
    `- ${acknowledged.length} finding${acknowledged.length === 1 ? '' : 's'} about resources of this library, ` +
    `acknowledged by it: ${rules.map((rule) => code(rule)).join(', ')}`;
  return wildcards.length === 0
    ? line
    : `${line}; ${wildcards.length} ${wildcards.length === 1 ? 'is a new wildcard' : 'are new wildcards'}:\n` +
        placeLines(wildcards.map(placeText));
}

/**
 * Maximum number of listed places per reason; further ones are only counted, because GitHub refuses a comment of more
 * than 65,536 characters.
 */
const MOST_PLACES = 10;

function placeLines(places: readonly string[]): string {
  const rest = places.length - MOST_PLACES;
  const shown = rest > 1 ? [...places.slice(0, MOST_PLACES), `${rest} more, listed by \`--format json\``] : places;
  return shown.map((place) => `  - ${place}`).join('\n');
}

function placeText({ scope, what }: Acknowledged): string {
  const { resource } = partsOf(what);
  return `${code(scope)}${resource ? ` ${code(resource)}` : ''}`;
}
