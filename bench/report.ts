// The output of every benchmark: tables, printed or written for scripts/benchmarks-doc.mjs.
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';

/** One table of docs/benchmarks.md. */
export interface BenchmarkTable {
  /** Id of the table, which the page refers to. */
  readonly id: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What the numbers are of: runs, sizes, versions. One sentence. */
  readonly of: string;
}

const loadAtStart = loadavg()[0];

/** Prints tables as Markdown. With BENCHMARK_FILE in the environment they are written there as JSON instead. */
export function report(tables: readonly BenchmarkTable[]): void {
  const dated = tables.map((table) => ({ ...table, measured: circumstances() }));
  if (process.env.BENCHMARK_FILE !== undefined) writeFileSync(process.env.BENCHMARK_FILE, JSON.stringify(dated));
  else dated.forEach((table) => console.log(`\n${markdown(table)}`));
}

/** A table with a sentence that says when and on which machine it was measured. */
export function markdown({ columns, rows, of, measured }: BenchmarkTable & { readonly measured: string }): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line), '', `${of} ${measured}`].join('\n');
}

function circumstances(): string {
  const date = new Date().toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
  const processors = cpus();
  return (
    `${date}, Node.js ${process.versions.node}, ${processors.length} × ${processors[0].model.trim()}, ` +
    `load average ${loadAtStart.toFixed(1)} at the start and ${loadavg()[0].toFixed(1)} at the end.`
  );
}

/** The middle value; of an even number of values the larger of the two in the middle. */
export function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

/** Median of the ratios of pairs: what the machine did besides hits both halves of a pair alike. */
export function ratio(ours: readonly number[], theirs: readonly number[]): string {
  return median(ours.map((value, pair) => value / theirs[pair])).toFixed(2);
}

export const ms = (value: number): string =>
  `${value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en')} ms`;
export const bytes = (value: number): string => `${value.toLocaleString('en')} B`;
