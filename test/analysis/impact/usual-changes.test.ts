import { readFileSync } from 'node:fs';
import { UPDATES_PAGE, updatesRow } from '../../../scripts/updates-block';
import { USUAL_CHANGES } from './usual-changes';
import { usualImpacts } from './usual-impact';

const cells = (row: string) => row.split('|').map((cell) => cell.trim());
const rows = readFileSync(UPDATES_PAGE, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map(cells);

test('the page has a row for every usual change', () => {
  const changes = rows.map(([, change]) => change);
  expect(USUAL_CHANGES.filter(({ change }) => !changes.includes(change))).toEqual([]);
});

// The others are compared by `npm run test:soak`: each takes two apps.
test('the page says what happens to sessions, and what fails', () => {
  const chosen = ['Instructions', 'Zones: one fewer'];
  const impacts = usualImpacts(chosen);
  expect(impacts).toMatchObject([
    { runtime: 'unchanged', files: 'kept', conversations: 'start again', deployment: 'succeeds' },
    { runtime: 'update', files: 'wiped', deployment: 'fails: export-in-use', also: ['1 interfaces-linger'] },
  ]);
  expect(rows).toEqual(expect.arrayContaining(impacts.map((impact) => cells(updatesRow(impact)))));
});
