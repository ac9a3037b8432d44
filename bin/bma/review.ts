import { monthlyUsd } from '../../analysis/cost/amounts';
import { estimate } from '../../analysis/cost/estimate';
import { impactOf } from '../../analysis/impact/impact';
import { impactMarkdown } from '../../analysis/impact/impact-text';
import type { TemplateModel } from '../../analysis/model/template-model';
import { statementsOf } from '../../analysis/statement/build';
import { diffStatements } from '../../analysis/statement/diff';
import { diffMarkdown } from '../../analysis/statement/diff-markdown';
import { addFormats, EXIT, formatOf, jsonText, type Command, type FormatOptions } from './command';
import { impactJson } from './impact';
import { readAssembly } from './read-assembly';
import { decisionsMarkdown, decisionsOf, needsPerson, newDecisions } from './review-decisions';
import { settingChanges } from './review-settings';
import { settingsMarkdown } from './review-settings-text';

/** Version of the JSON form. */
const FORMAT = 'cdk-bedrock-managed-agents/review/1';

const FORMATS = ['md', 'json'] as const;
type Format = (typeof FORMATS)[number];

/** `bma review`: everything for the reviewer of a change, as one comment and one exit code. */
export const reviewCommand: Command<FormatOptions<Format>> = {
  name: 'review',
  summary: 'changes in permissions, impact, cost and declarations, as one comment',
  description:
    'Compares two cloud assemblies and prints one comment for a pull request: permissions that agents gain and lose, changed settings that protect them, the impact on running agents, the change in monthly cost, and new declarations and acknowledged findings.',
  exitCodes: {
    [EXIT.attention]:
      'a person must decide: an agent gains permissions or reach, a setting that protects it is changed, the deployment fails, data is lost, or a declaration, an acknowledgement of the app or an acknowledged wildcard of this library is new',
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
    const [reachBefore, reachAfter] = [statementsOf(old), statementsOf(now)];
    const statements = diffStatements(reachBefore, reachAfter);
    const impact = impactOf(old, now);
    const changes = impact.stacks.flatMap((stack) => stack.changes);
    const settings = settingChanges(changes, old, now, [...reachBefore, ...reachAfter]);
    const decisions = newDecisions(decisionsOf(String(before), old), decisionsOf(String(after), now));
    const cost = costOf(old, now);
    const stops = impact.effects.some(({ level }) => level === 'blocks' || level === 'loses');
    const attention = statements.wider || stops || settings.some(({ decide }) => decide) || decisions.some(needsPerson);
    out(
      format === 'json'
        ? jsonText({
            format: FORMAT,
            attention,
            statements,
            settings,
            impact: JSON.parse(impactJson(impact)) as object,
            cost,
            decisions,
          })
        : [
            diffMarkdown(statements),
            settingsMarkdown(settings),
            impactMarkdown(impact),
            costMarkdown(cost),
            decisionsMarkdown(decisions),
          ].join('\n'),
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
