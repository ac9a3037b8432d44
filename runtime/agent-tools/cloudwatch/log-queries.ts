import {
  type CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryCommand,
  type StartQueryCommandInput,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { pause } from '../server/deadline';
import { Refusal } from '../server/refusal';

const FIRST_POLL_MS = 300;
const SLOWEST_POLL_MS = 2_000;
const STOP_TIMEOUT_MS = 2_000;

/** Rows of a finished query as the model reads them. */
export type Row = Record<string, string>;

export interface FinishedQuery {
  readonly rows: readonly Row[];
  readonly scannedBytes: number;
  readonly matchedRecords: number;
}

/**
 * Runs Logs Insights queries within a budget of scanned bytes. A query whose result isn't needed any more is stopped,
 * so that it costs no more.
 */
export class LogQueries {
  public constructor(
    private readonly logs: CloudWatchLogsClient,
    private readonly maxScannedBytes: number,
  ) {}

  public async run(query: StartQueryCommandInput, signal: AbortSignal): Promise<FinishedQuery> {
    const { queryId } = await this.logs.send(new StartQueryCommand(query), { abortSignal: signal });
    if (queryId === undefined) throw new Refusal('CloudWatch Logs did not start the query.');
    let finished = false;
    try {
      const result = await this.wait(queryId, signal);
      finished = true;
      return {
        rows: (result.results ?? []).map(row),
        scannedBytes: result.statistics?.bytesScanned ?? 0,
        matchedRecords: result.statistics?.recordsMatched ?? 0,
      };
    } finally {
      if (!finished) await this.stop(queryId);
    }
  }

  private async wait(queryId: string, signal: AbortSignal): Promise<GetQueryResultsCommandOutput> {
    for (let delay = FIRST_POLL_MS; ; delay = Math.min(delay * 1.5, SLOWEST_POLL_MS)) {
      await pause(delay, signal);
      const result = await this.logs.send(new GetQueryResultsCommand({ queryId }), { abortSignal: signal });
      const scanned = result.statistics?.bytesScanned ?? 0;
      if (scanned > this.maxScannedBytes) {
        throw new Refusal(
          `The query scanned ${scanned} bytes, the budget is ${this.maxScannedBytes}. It was stopped. Use a shorter time range or fewer log groups.`,
        );
      }
      if (result.status === 'Complete') return result;
      if (result.status !== 'Running' && result.status !== 'Scheduled') {
        throw new Refusal(`The query ended as ${result.status ?? 'unknown'}. Simplify it or shorten the time range.`);
      }
    }
  }

  /** Best effort: the query may be over, and the caller's own signal is aborted by now. */
  private async stop(queryId: string): Promise<void> {
    try {
      await this.logs.send(new StopQueryCommand({ queryId }), { abortSignal: AbortSignal.timeout(STOP_TIMEOUT_MS) });
    } catch {
      // Logs Insights ends every query by itself after 60 minutes.
    }
  }
}

/** `@ptr` is a handle for the console and has no meaning for the model. */
const row = (fields: readonly { field?: string; value?: string }[]): Row =>
  Object.fromEntries(
    fields.filter(({ field }) => field && field !== '@ptr').map(({ field, value }) => [field!, value ?? '']),
  );
