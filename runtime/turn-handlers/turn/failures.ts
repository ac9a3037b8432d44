/** What an error of the Managed Agents service means for a turn. */
import type { Ending } from '../../../lib/contracts/step';
import {
  AccessDeniedError,
  BadRequestError,
  failureKind,
  NotFoundError,
  PreviewNotEnabledError,
  RequestInputError,
  SessionClientError,
  SessionDefinitionError,
} from '../../session-client';
import { TransientStepError } from './aws-errors';

export { TransientStepError };

/** Whether repeating the step can't help; every other error may be temporary. */
function isDefinite(error: unknown): boolean {
  return !(error instanceof TransientStepError) && failureKind(error) === 'definite';
}

/** The ending for an error. Otherwise throws TransientStepError if a repetition may help, or the error itself. */
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
  // The ledger makes the repetition safe, even after a call that may have succeeded.
  if (error instanceof SessionClientError && !isDefinite(error)) {
    throw new TransientStepError(`${error.name} in ${error.operation ?? 'a call'}`, { cause: error });
  }
  throw error;
}
