import { TransientStepError } from '../turn/failures';

interface AwsFailure extends Error {
  readonly $retryable?: { readonly throttling?: boolean };
  readonly $metadata?: { readonly httpStatusCode?: number };
  /** Error codes of Node for failed connections. */
  readonly code?: unknown;
}

const THROTTLING = /throttl|toomanyrequests|requestlimit|slowdown|provisionedthroughput/i;

const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ENOTFOUND']);

/**
 * Whether a repetition may succeed: no response, throttling, an error of the service. Not a denial or a wrong field.
 */
export function isTransient(error: unknown): boolean {
  if (error instanceof TransientStepError) return true;
  const { name, $retryable, $metadata, code } = error as AwsFailure;
  const fromAws = $metadata !== undefined;
  const status = $metadata?.httpStatusCode;
  const noAnswer = (fromAws && status === undefined) || NETWORK.has(String(code));
  return (
    $retryable !== undefined ||
    noAnswer ||
    (status !== undefined && status >= 500) ||
    (fromAws && THROTTLING.test(name))
  );
}

/**
 * Runs a step whose calls can be repeated. A temporary failure is thrown with the error name that the state machine
 * retries.
 */
export async function repeatable<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw isTransient(error) ? new TransientStepError((error as Error).name) : error;
  }
}
