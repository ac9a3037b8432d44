/** Levels in rising order. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * The allowed fields of a log line. A closed list: no bodies, headers, paths, arguments or output of commands can be
 * logged by accident, so no secret and no command text either.
 */
export interface LogFields {
  readonly action?: string;
  readonly statusCode?: number;
  readonly durationMs?: number;
  readonly environmentId?: string;
  readonly generation?: number;
  readonly runtimeSessionId?: string;
  readonly turnId?: string;
  readonly pid?: number;
  readonly exitCode?: number | null;
  readonly signal?: string | null;
  readonly restarts?: number;
  readonly delayMs?: number;
  readonly count?: number;
  readonly port?: number;
  readonly reason?: string;
}

export interface Logger {
  log(level: LogLevel, event: string, fields?: LogFields): void;
}

/** One JSON object per line, the form CloudWatch Logs Insights reads without a parser. */
export class JsonLogger implements Logger {
  constructor(
    private readonly minimum: LogLevel,
    private readonly write: (line: string) => void = (line) => process.stdout.write(line),
  ) {}

  public log(level: LogLevel, event: string, fields: LogFields = {}): void {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(this.minimum)) return;
    this.write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`);
  }
}
