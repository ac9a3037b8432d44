/** What a log line may carry: names, numbers, ids. Never credentials, prompt text or bodies. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** The structured logger a caller may inject; its shape fits console-like and Lambda loggers. */
export interface ClientLogger {
  debug(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
}

/** The default: nothing is logged. */
export const SILENT_LOGGER: ClientLogger = { debug: () => undefined, warn: () => undefined };
