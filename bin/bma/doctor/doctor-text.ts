import { printable } from '../../../local/message/printable-text';
import type { TerminalStyle } from '../../terminal-style';
import type { DoctorReport, Finding } from './finding';

const STATUSES: readonly Finding['status'][] = ['ok', 'warn', 'fail', 'not known'];
const STATUS_WIDTH = Math.max(...STATUSES.map(({ length }) => length));

/** The report for a terminal: a line for each check, and a fix below it if one is needed. */
export function doctorText({ findings, account, region }: DoctorReport, style: TerminalStyle): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const marks: Readonly<Record<Finding['status'], (text: string) => string>> = {
    ok: (text) => style.good(text),
    warn: (text) => style.name(text),
    fail: (text) => style.bad(text),
    'not known': (text) => style.faint(text),
  };
  const indent = ' '.repeat(STATUS_WIDTH + width + 6);
  const titles: Readonly<Record<string, string>> = {
    'this machine': 'This machine',
    account: `Account ${account ?? 'not known'}, ${region}`,
    deployment: 'Deployment',
  };
  const groups = [...new Set(findings.map(({ group }) => group))].map((group) => {
    const lines = findings
      .filter((each) => each.group === group)
      .map(({ status, check, value, fix }) => {
        const line = `  ${marks[status](status.padEnd(STATUS_WIDTH))}  ${check.padEnd(width)}  ${printable(value)}\n`;
        return fix === undefined ? line : `${line}${indent}${style.faint(`Fix: ${printable(fix)}`)}\n`;
      });
    return `${style.title(titles[group] ?? printable(group.replace(/^agent/, 'Agent')))}\n${lines.join('')}\n`;
  });
  const counts = STATUSES.map((status) => `${findings.filter((each) => each.status === status).length} ${status}`);
  return `${groups.join('')}${counts.join(', ')}.\n`;
}
