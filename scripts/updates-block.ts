import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { UsualImpact } from '../test/analysis/impact/usual-impact';

export const UPDATES_PAGE = path.join(__dirname, '../docs/updates.md');
const BEGIN = '<!-- updates: written by npm run docgen -->';
const END = '<!-- updates: end -->';

/** One row of the matrix. */
export function updatesRow({ change, runtime, files, conversations, turns, deployment, also }: UsualImpact): string {
  return `| ${[change, runtime, files, conversations, turns, deployment, also.join('; ')].join(' | ')} |`;
}

/** docs/updates.md with a matrix of its own. */
export function withMatrix(impacts: readonly UsualImpact[]): string {
  const page = readFileSync(UPDATES_PAGE, 'utf8');
  const rows = [
    '| Change | Runtime | Files of sessions | Open conversations | Running turns | Deployment | Also |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...impacts.map(updatesRow),
  ];
  return `${page.slice(0, page.indexOf(BEGIN))}${BEGIN}\n\n${rows.join('\n')}\n\n${page.slice(page.indexOf(END))}`;
}
