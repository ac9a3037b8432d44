import { readFileSync } from 'node:fs';
import { LOCAL_SERVICE_PAGE, withTables } from './documented-tables';

test('docs/local-service.md lists what is authorised and what is not proven', () => {
  expect(readFileSync(LOCAL_SERVICE_PAGE, 'utf8')).toBe(withTables());
});
