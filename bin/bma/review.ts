import { monthlyUsd } from '../../analysis/cost/amounts';
import { estimate } from '../../analysis/cost/estimate';
import { readAcknowledgements } from '../../analysis/model/read-acknowledgements';
import { Declared } from '../../analysis/rules/declared';
import { impactOf } from '../../analysis/impact/impact';
import { impactMarkdown } from '../../analysis/impact/impact-text';
import type { TemplateModel } from '../../analysis/model/template-model';
import { statementsOf } from '../../analysis/statement/build';
import { diffStatements } from '../../analysis/statement/diff';
import { diffMarkdown } from '../../analysis/statement/diff-markdown';
import { code } from '../../lib/contracts/untrusted-text';
import { addFormats, EXIT, formatOf, jsonText, type Command, type FormatOptions } from './command';
import { impactJson } from './impact';
import { readAssembly } from './read-assembly';

/** Version of the JSON form. */
const FORMAT = 'cdk-bedrock-managed-agents/review/1';

const FORMATS = ['md', 'json'] as const;
type Format = (typeof FORMATS)[number];

/** `bma review`: everything for the reviewer of a change, as one comment and one exit code. */
export const reviewCommand: Command<FormatOptions<Format>> = {
  name: 'review',
  summary: 'changes in permissions, impact, cost and declarations, as one comment',
  description:
    'Compares two cloud assemblies and prints one comment for a pull request: permissions that agents gain and lose, the impact on running agents, the change in monthly cost, and new declarations and acknowledged findings.',
  exitCodes: {
    [EXIT.attention]:
      'a person must decide: an agent gains permissions or reach, the deployment fails, data is lost, or a declaration or acknowledgement is new',
  },
  define(command) {
    command
      .argument('<old cdk.out>', 'cloud assembly before the change')
      .argument('<new cdk.out>', 'cloud assembly after the change');
    addFormats(command, FORMATS);
  },
  run([before, after], options, { out }) {
    const format = formatOf(options, FORMATS);
    const [old, now] = [readAssembly(String(before)), readAssembly(String(after))];
    const statements = diffStatements(statementsOf(old), statementsOf(now));
    const impact = impactOf(old, now);
    const known = new Set(decisionsOf(String(before), old).map(keyOf));
    const decisions = decisionsOf(String(after), now).filter((each) => !known.has(keyOf(each)));
    const cost = costOf(old, now);
    const stops = impact.effects.some(({ level }) => level === 'blocks' || level === 'loses');
    const attention = statements.wider || stops || decisions.length > 0;
    out(
      format === 'json'
        ? jsonText({
            format: FORMAT,
            attention,
            statements,
            impact: JSON.parse(impactJson(impact)) as object,
            cost,
            decisions,
          })
        : [diffMarkdown(statements), impactMarkdown(impact), costMarkdown(cost), decisionsMarkdown(decisions)].join(
            '\n',
          ),
    );
    return attention ? EXIT.attention : EXIT.done;
  },
};

/** The monthly cost before and after a change, in US dollars. */
interface CostChange {
  readonly turnsPerMonth: number;
  readonly idleUsdPerMonth: { readonly before: number; readonly after: number };
  readonly totalUsdPerMonth: { readonly before: number; readonly after: number };
}

function costOf(before: TemplateModel, after: TemplateModel): CostChange {
  const [old, now] = [estimate(before), estimate(after)];
  return {
    turnsPerMonth: now.turnsPerMonth,
    idleUsdPerMonth: { before: old.idleUsdPerMonth, after: now.idleUsdPerMonth },
    totalUsdPerMonth: { before: old.totalUsdPerMonth, after: now.totalUsdPerMonth },
  };
}

function costMarkdown({ turnsPerMonth, idleUsdPerMonth, totalUsdPerMonth }: CostChange): string {
  const rows = [
    { what: 'Idle', ...idleUsdPerMonth },
    ...(turnsPerMonth === 0 ? [] : [{ what: `With ${turnsPerMonth} turns of each agent`, ...totalUsdPerMonth }]),
  ];
  if (rows.every(({ before, after }) => monthlyUsd(before) === monthlyUsd(after))) return '### Cost: no change\n';
  const lines = rows.map(({ what, before, after }) => `| ${what} | ${monthlyUsd(before)} | ${monthlyUsd(after)} |`);
  return `### Cost per month\n\n| | Before | After |\n| --- | --- | --- |\n${lines.join('\n')}\n`;
}

/** A decision of the app's owner: a declaration or an acknowledged finding. */
type Decision =
  | { readonly kind: 'declared'; readonly what: string; readonly reason: string }
  | { readonly kind: 'acknowledged'; readonly what: string; readonly scope: string; readonly reason: string };

function decisionsOf(directory: string, model: TemplateModel): Decision[] {
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
    })),
  ];
  // A declaration is in every template below its scope.
  return [...new Map(all.map((decision) => [keyOf(decision), decision])).values()];
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

/** The identity of a decision. */
const keyOf = (decision: Decision): string => JSON.stringify(decision);

/** A line of Markdown for each rule and reason; if there are several places, they are listed below it. */
function decisionsMarkdown(decisions: readonly Decision[]): string {
  if (decisions.length === 0) return '### Declarations and acknowledgements: none added\n';
  const lines = new Map<string, { head: string; reason: string; places: string[] }>();
  for (const decision of decisions) {
    const { kind, what, reason } = decision;
    // The id of cdk-nag contains the resource: `AwsSolutions-IAM5[Resource::*]`.
    const [, rule, resource] = /^(.*?)(\[.*\])?$/s.exec(what) ?? [undefined, what, undefined];
    const head = `${kind} ${code(kind === 'acknowledged' ? rule : what)}`;
    const line = lines.get(`${head} ${reason}`) ?? { head, reason, places: [] };
    if (decision.kind === 'acknowledged')
      line.places.push(`${code(decision.scope)}${resource ? ` ${code(resource)}` : ''}`);
    lines.set(`${head} ${reason}`, line);
  }
  const texts = [...lines.values()].map(({ head, reason, places }) =>
    places.length > 1
      ? `- ${head} in ${places.length} places: ${code(reason)}\n${placeLines(places)}`
      : `- ${head}${places.map((place) => ` in ${place}`).join('')}: ${code(reason)}`,
  );
  return `### New declarations and acknowledgements ⚠️\n\n${texts.join('\n')}\n`;
}
