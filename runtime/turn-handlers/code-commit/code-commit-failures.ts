import { TransientStepError } from '../turn/failures';

/** Names of answers that a later attempt may not get. */
const TRANSIENT =
  /Throttl|TooManyRequests|RequestLimitExceeded|ServiceUnavailable|InternalFailure|EncryptionKeyUnavailable|Timeout/;

/** Runs calls of CodeCommit. What the SDK has retried in vain is retried by the workflow, later and more slowly. */
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
