import { TransientStepError } from '../turn/failures';

interface AwsFailure extends Error {
  readonly $retryable?: { readonly throttling?: boolean };
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const THROTTLING = /throttl|toomanyrequests|requestlimit|slowdown|provisionedthroughput|conflict/i;

/**
 * Runs a step whose calls may be repeated, and marks a failure that a repetition may mend: no answer, throttling, an
 * error of the service. What remains (a denial, a wrong field) is an error that no repetition mends.
 */
export async function repeatable<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const { name, $retryable, $metadata } = error as AwsFailure;
    const status = $metadata?.httpStatusCode;
    const fromAws = $metadata !== undefined;
    const noAnswer = fromAws ? status === undefined : NETWORK.has(String((error as { code?: unknown }).code));
    if ($retryable || noAnswer || (status !== undefined && status >= 500) || (fromAws && THROTTLING.test(name))) {
      throw new TransientStepError(name);
    }
    throw error;
  }
}

const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ENOTFOUND']);
