// Writes the tables of local/cloud into docs/local-service.md: node --import tsx scripts/local-service-doc.ts
import { writeFileSync } from 'node:fs';
import { LOCAL_SERVICE_PAGE, withTables } from '../test/local/cloud/documented-tables';

writeFileSync(LOCAL_SERVICE_PAGE, withTables());
