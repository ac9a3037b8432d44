import { readFileSync } from 'node:fs';
import * as path from 'node:path';

/** One response of the lifecycle server. contract.json has all of them. */
export interface ContractRow {
  readonly name: string;
  /** `documented` by AWS, `observed` in AWS's public lifecycle server, or an `own decision` where ours differs or adds. */
  readonly source: 'documented' | 'observed' | 'own decision';
  /** The state before the request. The driver sets it up. */
  readonly state: string;
  readonly request: {
    /** @default POST */
    readonly method?: string;
    /** @default /invocations */
    readonly path?: string;
    readonly body?: unknown;
    /** Body as it is sent, instead of `body`. */
    readonly raw?: string;
    /** Whether the session header is sent. @default true */
    readonly session?: boolean;
  };
  /** HTTP status. */
  readonly status: number;
  /** The whole body; `$TEXT`, `$NUMBER` and `$SESSION` are any text, any number, and the session of the request. */
  readonly answer: Readonly<Record<string, unknown>>;
  /** The response of `/ping` afterwards. */
  readonly ping?: string;
}

const FILE = path.join(__dirname, 'contract.json');
export const CONTRACT_ROWS = JSON.parse(readFileSync(FILE, 'utf8')) as readonly ContractRow[];

export const TABLE_HEADER = ['Request', 'State', 'HTTP', 'Response', '`/ping` afterwards', 'Source'];

/** The cells of the table in docs/runtime-image.md. */
export function tableCells(row: ContractRow): string[] {
  const answer = Object.entries(row.answer)
    .filter(([, value]) => !(typeof value === 'string' && value.startsWith('$')))
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return [
    row.name,
    row.state,
    String(row.status),
    answer.map((member) => `\`${member}\``).join(', '),
    row.ping ?? '',
    row.source,
  ];
}
