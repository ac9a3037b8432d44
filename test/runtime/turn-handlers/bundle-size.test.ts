/** A cold start loads all files of a function, so every function has a budget, and the package has one for all. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const HANDLERS = path.resolve(__dirname, '../../../assets/handlers');
const FILES = JSON.parse(readFileSync(path.join(HANDLERS, 'files.json'), 'utf8')) as Record<string, string[]>;
const LIMIT_BYTES = 600_000;
const LIMIT_OF_ALL_BYTES = 1_500_000;

const size = (file: string) => statSync(path.join(HANDLERS, file)).size;

test.each(Object.entries(FILES))('the code of %s is within its budget', (_, files) => {
  expect(files.map(size).reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(LIMIT_BYTES);
});

test('all functions together are within the budget of the package', () => {
  const all = new Set(Object.values(FILES).flat());
  expect([...all].map(size).reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(LIMIT_OF_ALL_BYTES);
});

test('every turn handler with an entry is bundled', () => {
  const sources = path.resolve(__dirname, '../../../runtime/turn-handlers');
  const entries = readdirSync(sources).filter((name) => existsSync(path.join(sources, name, 'main.ts')));
  expect(Object.keys(FILES).sort()).toEqual(entries.sort());
});
