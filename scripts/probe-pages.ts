import { readdirSync } from 'node:fs';
import path from 'node:path';
import { probePolicy } from '../bin/bma/probe/permissions';
import type { Probe } from '../bin/bma/probe/probe';
import { readReport } from '../bin/bma/probe/read-report';
import { PROBES } from '../bin/bma/probe/registry';
import type { ProbeReport } from '../bin/bma/probe/report';

const DOCS = path.join(__dirname, '../docs');
export const VERIFIED_PAGE = path.join(DOCS, 'verified.md');
export const PROBE_PAGE = path.join(DOCS, 'probe.md');
const REPORTS = path.join(DOCS, 'probe-reports');

/** The reports that are kept, the oldest first. */
export function keptReports(): readonly ProbeReport[] {
  const files = readdirSync(REPORTS).filter((name) => name.endsWith('.json'));
  return files.map((name) => readReport(path.join(REPORTS, name))).sort((a, b) => (a.at < b.at ? -1 : 1));
}

/** docs/verified.md: what each default is, and what accounts have answered. */
export function verifiedPage(reports: readonly ProbeReport[]): string {
  const answers = PROBES.map((probe) => answersTo(probe, reports));
  const answered = answers.filter((text) => text !== NOT_YET).length;
  const rows = PROBES.map(
    ({ id, question, default: isNow, where }, index) =>
      `| [\`${id}\`](probe.md#${id}) ${question} | ${isNow} | ${where.map((file) => `\`${file}\``).join(', ')} | ${answers[index]} |`,
  );
  return [
    '# Answers from AWS accounts',
    '',
    "This page lists the defaults of this library that depend on behaviour that AWS doesn't document, and what [`bma probe`](probe.md) found in real accounts.",
    '`npm run docgen` writes this page from the reports in `docs/probe-reports`.',
    '',
    `${answered} of ${PROBES.length} questions are answered, by ${reports.length} reports.`,
    '',
    '| Question | Current default | Where | Answer |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

const NOT_YET = 'not yet';

/** Every answer that was given, with the Regions and days; more than one when accounts differ. */
function answersTo({ id, answers }: Probe, reports: readonly ProbeReport[]): string {
  const given = new Map<string, string[]>();
  for (const { region, at, results } of reports) {
    const { answer, confidence } = results.find((each) => each.id === id) ?? {};
    if (answer === undefined || answer === null || !Object.hasOwn(answers, answer)) continue;
    const seen = `${region} ${at.slice(0, 10)}${confidence === 'likely' ? ' (likely)' : ''}`;
    given.set(answer, [...(given.get(answer) ?? []), seen]);
  }
  const texts = [...given].map(([answer, seen]) => {
    const { means, change, repeat } = answers[answer];
    const verdict =
      repeat !== undefined ? `Open: ${repeat}.` : change !== undefined ? `**Change:** ${change}.` : 'The default fits.';
    return `\`${answer}\`: ${means} ${verdict} ${seen.join(', ')}`;
  });
  return texts.length === 0 ? NOT_YET : texts.join('<br>');
}

/** docs/probe.md with the questions and the policy of its own. */
export function withQuestions(page: string): string {
  const questions = PROBES.map(({ id, question, needs, creates, usd, minutes, answers }) =>
    [
      `### ${id}`,
      '',
      question,
      '',
      `- Needs: ${needs.join('; ') || 'nothing'}. At most $${usd.toFixed(2)} and ${minutes} min.${creates === undefined ? '' : ` Creates and deletes: ${creates}.`}`,
      ...Object.entries(answers).map(([answer, { means, change, repeat }]) => {
        const next = change ?? repeat;
        return `- \`${answer}\`: ${means}${next === undefined ? '' : ` Then: ${next}.`}`;
      }),
    ].join('\n'),
  );
  const policy = `\`\`\`json\n${JSON.stringify(probePolicy(PROBES, false), undefined, 2)}\n\`\`\``;
  return block(block(page, 'questions', questions.join('\n\n')), 'policy', policy);
}

function block(page: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name}: written by npm run docgen -->`, `<!-- ${name}: end -->`];
  return `${page.slice(0, page.indexOf(begin))}${begin}\n\n${content}\n\n${page.slice(page.indexOf(end))}`;
}
