import { TransientStepError } from '../turn/failures';

/** Names of errors that a later attempt may not get. */
const TRANSIENT =
  /Throttl|TooManyRequests|RequestLimitExceeded|ServiceUnavailable|InternalFailure|EncryptionKeyUnavailable|Timeout/;

/** Runs calls of CodeCommit. After failed retries of the SDK, the workflow retries later and more slowly. */
export async function codeCommitCall<T>(name: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const { name: code, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
    const status = $metadata?.httpStatusCode;
    const unanswered = status === undefined && !isOfCodeCommit(code);
    if (TRANSIENT.test(code ?? '') || (status !== undefined && status >= 500) || unanswered) {
      throw new TransientStepError(`CodeCommit ${name}: ${code ?? 'no answer'}`);
    }
    throw error;
  }
}

function isOfCodeCommit(code: string | undefined): boolean {
  return code?.endsWith('Exception') ?? false;
}
