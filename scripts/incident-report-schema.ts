/** Writes docs/incident-report.schema.json from the schema that reports are checked with. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { reportSchemaText } from '../runtime/turn-handlers/incident/report-schema';

writeFileSync(path.join(__dirname, '..', 'docs', 'incident-report.schema.json'), reportSchemaText());
