import { readAcknowledgements } from '../../analysis/model/read-acknowledgements';
import { Declared } from '../../analysis/rules/declared';
import { impactOf } from '../../analysis/impact/impact';
import { impactMarkdown } from '../../analysis/impact/impact-text';
import type { TemplateModel } from '../../analysis/model/template-model';
import { statementsOf } from '../../analysis/statement/build';
import { diffStatements } from '../../analysis/statement/diff';
import { diffMarkdown } from '../../analysis/statement/diff-markdown';
import { monthlyUsd } from '../../lib/cost/amounts';
import { recordOfAssembly } from '../../lib/cost/assembly-estimate';
import { code } from '../../lib/contracts/untrusted-text';
import { UsageError, type Command } from './command';
import { readAssembly } from './read-assembly';

/** `bma review`: everything that a reviewer of a change has to see, as one comment and one exit code. */
export const reviewCommand: Command = {
  summary: 'permissions, impact, cost and new declarations of a change',
  usage: `Usage: bma review <old cdk.out> <new cdk.out> [options]

Compares two cloud assemblies and prints one comment for a pull request: what agents can also reach and do, what the
deployment means for running agents, what changes in the monthly cost, and new declarations and acknowledged findings.

Options:
  -h, --help  this text

Exit codes: 0 nothing to decide, 1 somebody should decide: an agent can reach or do more, the deployment fails, something
is lost, or a declaration or acknowledgement is new. 2 wrong usage or unreadable input.
`,
  options: {},
  run(positionals, _options, out) {
    const [before, after, ...more] = positionals;
    if (before === undefined || after === undefined || more.length) {
      throw new UsageError(`review takes an old and a new cloud assembly directory.\n\n${this.usage}`);
    }
    const [old, now] = [readAssembly(before), readAssembly(after)];
    const statements = diffStatements(statementsOf(old), statementsOf(now));
    const impact = impactOf(old, now);
    const known = new Set(decisionsOf(before, old));
    const decisions = [...new Set(decisionsOf(after, now))].filter((line) => !known.has(line));
    out(
      [
        diffMarkdown(statements),
        impactMarkdown(impact),
        costMarkdown(before, after),
        decisionsMarkdown(decisions),
      ].join('\n'),
    );
    const stops = impact.effects.some(({ level }) => level === 'blocks' || level === 'loses');
    return statements.wider || stops || decisions.length > 0 ? 1 : 0;
  },
};

function costMarkdown(before: string, after: string): string {
  const [old, now] = [recordOfAssembly(before, undefined), recordOfAssembly(after, undefined)];
  const rows = [
    ['Idle', old.idleUsdPerMonth, now.idleUsdPerMonth],
    [`With ${now.turnsPerMonth} turns of each agent`, old.totalUsdPerMonth, now.totalUsdPerMonth],
  ] as const;
  if (rows.every(([, was, is]) => monthlyUsd(was) === monthlyUsd(is))) return '### Cost: no change\n';
  const lines = rows.map(([what, was, is]) => `| ${what} | ${monthlyUsd(was)} | ${monthlyUsd(is)} |`);
  return `### Cost per month\n\n| | Before | After |\n| --- | --- | --- |\n${lines.join('\n')}\n`;
}

/** Declarations and acknowledgements of an app, each as a line of Markdown. */
function decisionsOf(directory: string, model: TemplateModel): string[] {
  return [
    ...new Declared(model, new Date(0)).all.map(
      ({ kind, subject, reason, key }) => `- declared ${code(`${kind} ${subject ?? key}`)}: ${code(reason)}`,
    ),
    ...readAcknowledgements(directory).map(
      ({ scope, rule, reason }) => `- acknowledged ${code(rule)} in ${code(scope)}: ${code(reason)}`,
    ),
  ];
}

const decisionsMarkdown = (lines: readonly string[]): string =>
  lines.length > 0
    ? `### New declarations and acknowledgements ⚠️\n\n${lines.join('\n')}\n`
    : '### Declarations and acknowledgements: none is new\n';
