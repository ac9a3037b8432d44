import * as fs from 'fs';
import * as path from 'path';
import { makeDirectory } from '../files/make-directory';
import { statementHtml } from './html';
import { statementMarkdown } from './markdown';
import type { Statement } from './statement';

/** Directory of the statements inside a cloud assembly. */
export const STATEMENT_DIRECTORY = 'security-statements';

/** A file of a statement: its name and its content. */
export interface StatementFile {
  readonly name: string;
  readonly content: string;
}

/** The statement of each agent as JSON, Markdown and page, named after the agent. */
export function statementFiles(statements: readonly Statement[]): StatementFile[] {
  const names = fileNames(statements);
  return statements.flatMap((statement) => [
    { name: `${names.get(statement)!}.json`, content: statementJson(statement) },
    { name: `${names.get(statement)!}.md`, content: statementMarkdown(statement) },
    { name: `${names.get(statement)!}.html`, content: statementHtml(statement) },
  ]);
}

export function statementJson(statement: Statement): string {
  return `${JSON.stringify(statement, undefined, 2)}\n`;
}

/**
 * Writes the statements into a directory. Other files in it are kept.
 *
 * @returns the pages, in the order of the statements.
 */
export function writeStatements(statements: readonly Statement[], directory: string): string[] {
  makeDirectory(directory);
  const files = statementFiles(statements);
  files.forEach(({ name, content }) => fs.writeFileSync(path.join(directory, name), content));
  return files.filter(({ name }) => name.endsWith('.html')).map(({ name }) => path.join(directory, name));
}

/** The agent's name if it is unique, else with its stack, with characters that can't lead out of the directory. */
function fileNames(statements: readonly Statement[]): Map<Statement, string> {
  const plain = (text: string) => text.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 120) || 'agent';
  const counts = new Map<string, number>();
  for (const { agent } of statements) {
    const key = plain(agent.name).toLowerCase();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const used = new Set<string>();
  return new Map(
    statements.map((statement) => {
      const { name, id } = statement.agent;
      const short = plain(name);
      const base = counts.get(short.toLowerCase()) === 1 ? short : `${plain(id)}-${short}`;
      let unique = base;
      for (let number = 2; used.has(unique.toLowerCase()); number += 1) {
        unique = `${base}-${number}`;
      }
      used.add(unique.toLowerCase());
      return [statement, unique];
    }),
  );
}
