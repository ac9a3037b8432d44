import { visible } from '../../lib/contracts/untrusted-text';
import type { StatementStyle } from '../statement/terminal';
import type { CheckedFinding, CheckReport } from './check-report';
import { SEVERITIES } from '../rules/rule';
import { byPlace, type FindingsOfPlace } from './one-place';

/**
 * The report for people: each place with its problem, reason and fix, and what else is wrong with it; then a one-line
 * summary.
 */
export function checkText(report: CheckReport, style: StatementStyle): string {
  const open = report.findings.filter(({ acknowledged }) => !acknowledged);
  return [...byPlace(open).map((found) => `${placeText(found, style)}\n\n`), `${checkSummary(report)}\n`].join('');
}

/** The number of findings, in one line. */
export function checkSummary({ templates, agents, findings, declarations }: CheckReport): string {
  const of = templates.length === 1 ? '1 template' : `${templates.length} templates`;
  if (!agents) {
    return `${of}: no part of a managed agent, so there is nothing to check.`;
  }
  const open = findings.filter(({ acknowledged }) => !acknowledged);
  const bySeverity = SEVERITIES.map((severity) => [severity, open.filter((each) => each.severity === severity).length])
    .filter(([, count]) => count !== 0)
    .map(([severity, count]) => `${count} ${severity}`)
    .join(', ');
  const places = byPlace(open).length;
  const accepted = findings.length - open.length;
  return [
    `${of}: ${open.length === 0 ? 'no findings' : `${count(open.length, 'finding')} (${bySeverity})${places < open.length ? ` at ${count(places, 'place')}` : ''}`}`,
    ...(accepted ? [`${accepted} acknowledged`] : []),
    ...(declarations.length ? [count(declarations.length, 'declaration')] : []),
  ]
    .join(', ')
    .concat('.');
}

function placeText({ first, others }: FindingsOfPlace, style: StatementStyle): string {
  return [
    findingText(first, style),
    ...others.map(({ rule, severity, what }) => `  Also:  ${rule} ${severity}: ${visible(what)}`),
  ].join('\n');
}

function findingText(finding: CheckedFinding, style: StatementStyle): string {
  const { rule, severity, logicalId, type, constructPath, stack, file, line, path, what, why, fix, page } = finding;
  const heading = `${rule} ${severity}`;
  const name = visible(constructPath ?? (logicalId || stack));
  return [
    `${severity === 'warning' ? style.faint(heading) : style.bad(heading)}  ${style.name(name)}${type === undefined ? '' : ` (${visible(type)})`}`,
    `  Where: ${visible([file === undefined ? stack : `${file}:${line}`, path].filter((each) => each !== '').join(' '))}`,
    `  What:  ${visible(what)}`,
    `  Why:   ${why}`,
    `  Fix:   ${fix} See ${page}`,
  ].join('\n');
}

function count(number: number, name: string): string {
  return `${number} ${name}${number === 1 ? '' : 's'}`;
}
