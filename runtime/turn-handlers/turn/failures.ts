/** What an error of the Managed Agents service means for a turn. */
import type { Ending } from '../../../lib/contracts/step';
import {
  AccessDeniedError,
  BadRequestError,
  ConflictError,
  NotFoundError,
  PreviewNotEnabledError,
  RequestInputError,
  SessionClientError,
  SessionDefinitionError,
} from '../../session-client';

/**
 * The step may be repeated: what it did is in the ledger. The state machine retries this error by its name, which is
 * literal because bundles are minified.
 */
export class TransientStepError extends Error {
  override readonly name = 'TransientStepError';
}

/** The ending that an error is, or throws: TransientStepError where a repetition may help, else the error itself. */
export function endingOf(error: unknown): Ending {
  const failed = (code: string, message: string): Ending => ({ outcome: 'Failed', reason: { code, message } });
  if (error instanceof PreviewNotEnabledError) {
    return failed('preview-not-enabled', 'The Managed Agents preview is not enabled for this account');
  }
  if (error instanceof AccessDeniedError) {
    return failed('access-denied', `The service refused ${error.operation ?? 'the call'} (HTTP ${error.status})`);
  }
  if (error instanceof NotFoundError) {
    return failed('not-found', 'The service does not know the session, or the account has no access to the preview');
  }
  if (error instanceof SessionDefinitionError) return failed('definition-unusable', error.message);
  if (error instanceof BadRequestError || error instanceof RequestInputError) {
    return failed(
      'request-refused',
      `The service or the client refused a field${error.requestId ? ` (request ${error.requestId})` : ''}`,
    );
  }
  if (error instanceof ConflictError || (error instanceof SessionClientError && error.retrySafe)) {
    throw new TransientStepError(`${error.name} in ${error.operation ?? 'a call'}`);
  }
  throw error;
}
