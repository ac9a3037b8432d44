/** Writes the contract table of the lifecycle server into docs/runtime-image.md, from the rows that its test drives. */
import { readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { CONTRACT_ROWS, TABLE_HEADER, tableCells } from '../test/runtime/lifecycle/contract-rows';

const FILE = path.resolve(__dirname, '../docs/runtime-image.md');
const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const table = [TABLE_HEADER, TABLE_HEADER.map(() => '---'), ...CONTRACT_ROWS.map(tableCells)].map(line).join('\n');
const text = readFileSync(FILE, 'utf8');
const between = /(<!-- contract table: [^>]*-->\n)[\s\S]*?(\n<!-- end of contract table -->)/;
if (!between.test(text)) throw new Error(`${FILE} has no contract table to replace. Fix: restore its two comments.`);
writeFileSync(
  FILE,
  text.replace(between, (_all, start: string, end: string) => `${start}\n${table}\n${end}`),
);
