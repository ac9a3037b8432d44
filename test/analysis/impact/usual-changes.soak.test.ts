import { readFileSync } from 'node:fs';
import { UPDATES_PAGE, updatesRow } from '../../../scripts/updates-block';
import { usualImpacts } from './usual-impact';

const cells = (row: string) => row.split('|').map((cell) => cell.trim());

test('docs/updates.md has what every usual change does now (npm run docgen)', () => {
  const page = readFileSync(UPDATES_PAGE, 'utf8').split('\n').map(cells);
  const impacts = usualImpacts();
  expect(impacts.length).toBeGreaterThanOrEqual(30);
  expect(page).toEqual(expect.arrayContaining(impacts.map((impact) => cells(updatesRow(impact)))));
});
