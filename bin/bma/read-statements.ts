import * as fs from 'node:fs';
import * as path from 'node:path';
import { statementsOf } from '../../analysis/statement/build';
import { STATEMENT_FORMAT, type Statement } from '../../analysis/statement/statement';
import { UsageError } from './command';
import { readAssembly } from './read-assembly';
import { readJsonFile } from './read-json-file';

/** Computes the statements of a cloud assembly. */
export function statementsOfAssembly(directory: string): Statement[] {
  return statementsOf(readAssembly(directory));
}

/** Reads statements from a JSON file, from a directory of them, or computes them from a cloud assembly. */
export function readStatements(place: string): Statement[] {
  if (!fs.existsSync(place)) {
    throw new UsageError(
      `${place} does not exist. Fix: give a statement (.json), a directory of statements, or a cdk.out.`,
    );
  }
  if (!fs.statSync(place).isDirectory()) {
    return [readStatement(place)];
  }
  if (fs.existsSync(path.join(place, 'manifest.json'))) {
    return statementsOfAssembly(place);
  }
  const files = fs.readdirSync(place).filter((name) => name.endsWith('.json'));
  if (files.length === 0) {
    // Otherwise, a wrong directory would count as "no agents", and the comparison as "no change".
    throw new UsageError(
      `${place} has no manifest.json and no statement (.json). Fix: give a directory of statements, or a cdk.out.`,
    );
  }
  return files.sort().map((name) => readStatement(path.join(place, name)));
}

function readStatement(file: string): Statement {
  const content = readJsonFile(file, 'a statement (.json), a directory of statements, or a cdk.out');
  const { format } = (content ?? {}) as { format?: unknown };
  if (format !== STATEMENT_FORMAT) {
    throw new UsageError(
      `${file} isn't a security statement of this version: its format is ${typeof format === 'string' ? `'${format}'` : 'missing'}, not '${STATEMENT_FORMAT}'.`,
    );
  }
  return content as Statement;
}
