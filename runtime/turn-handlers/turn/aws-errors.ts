/** What an error of an AWS client means for a step that can be repeated. Decided only here. */

/**
 * - `passing`: the same call may succeed in a while. Throttling, 5xx, a connection that broke, a time limit, credentials
 *   that have just run out.
 * - `definite`: the service understood the request and refuses it. Repeating changes nothing.
 * - `unknown`: the client says nothing that tells the two apart. Repeated like `passing`, because every call of a step is
 *   idempotent, and a turn that is over must not fail for an error that nobody knows.
 */
export type ErrorClass = 'passing' | 'definite' | 'unknown';

/** An error of a client; only the members that are read. Source: SmithyException and NodeJS.ErrnoException. */
interface ClientError {
  readonly name?: string;
  readonly code?: unknown;
  readonly $retryable?: unknown;
  readonly $fault?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Services answer some of these with HTTP 400. Source: retry behavior of the AWS SDKs (docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html). */
const PASSING_NAME =
  /thrott|slowdown|slow_down|too_?many_?requests|limit_?exceeded|throughput_?exceeded|bandwidth|priorrequestnotcomplete|transactioninprogress|request_?timeout|timeout|timedout|aborted?error|internal|unavailable|temporar|expired|credentials/i;

/** Programming errors in this code, or in a request that was never sent. */
const DEFECTS = [TypeError, RangeError, ReferenceError, SyntaxError];

export function classifyError(error: unknown): ErrorClass {
  if (typeof error !== 'object' || error === null) return 'unknown';
  const { name = '', code, $retryable, $metadata, $fault } = error as ClientError;
  const status = $metadata?.httpStatusCode;
  if ($retryable !== undefined || $fault === 'server') return 'passing';
  if (PASSING_NAME.test(name)) return 'passing';
  if (status !== undefined) {
    if (status >= 500 || status === 408 || status === 429) return 'passing';
    if (status >= 400) return 'definite';
    // A response that could not be read to its end.
    return 'passing';
  }
  if ($fault === 'client') return 'definite';
  // A system call failed: the name didn't resolve, or the connection was refused, reset or closed.
  if (typeof code === 'string' && /^E[A-Z_]+$/.test(code)) return 'passing';
  return DEFECTS.some((kind) => error instanceof kind) ? 'definite' : 'unknown';
}

/**
 * The step can be repeated: its effects are in the ledger. The state machine retries this error by its name, which is
 * literal because bundles are minified.
 */
export class TransientStepError extends Error {
  override readonly name = 'TransientStepError';
}

/** Runs a call of an AWS client. A temporary error is thrown as TransientStepError, a definite one unchanged. */
export async function repeatable<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (classifyError(error) === 'definite') throw error;
    // Only the name: messages of services can repeat the request.
    throw new TransientStepError(`${what}: ${(error as Error | undefined)?.name ?? 'unknown error'}`, { cause: error });
  }
}
