/** A cold start loads the whole bundle, so every Lambda function has a budget. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const HANDLERS = path.resolve(__dirname, '../../../assets/handlers');
const LIMIT_BYTES = 400_000;

test.each(readdirSync(HANDLERS))('the bundle of %s is within its budget', (name) => {
  expect(statSync(path.join(HANDLERS, name, 'index.js')).size).toBeLessThanOrEqual(LIMIT_BYTES);
});

test('every turn handler with an entry is bundled', () => {
  const sources = path.resolve(__dirname, '../../../runtime/turn-handlers');
  const entries = readdirSync(sources).filter((name) => existsSync(path.join(sources, name, 'main.ts')));
  expect(readdirSync(HANDLERS).sort()).toEqual(entries.sort());
});
