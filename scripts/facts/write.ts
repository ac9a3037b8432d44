// Writes the generated tables of analysis/facts: npm run facts
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { actionsTable } from './actions-table';

writeFileSync(path.join(__dirname, '../../analysis/facts/actions.txt'), actionsTable());
