// Writes the generated tables of analysis/facts: npm run facts
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { actionsTable } from './actions-table';
import { replacementsTable } from './replacements-table';

const facts = path.join(__dirname, '../../analysis/facts');
writeFileSync(path.join(facts, 'actions.txt'), actionsTable());
writeFileSync(path.join(facts, 'replacements.json'), `${JSON.stringify(replacementsTable(), undefined, 2)}\n`);
