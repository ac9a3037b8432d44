import { printable } from '../../../local/message/printable-text';
import { ACCOUNT_EXIT, noRegion } from '../account-command';
import { CommandError, UsageError } from '../command';

/** An error of the SDK, with or without a response. */
interface CallFailure extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $retryable?: { readonly throttling?: boolean };
  readonly code?: string;
}

/** Codes differ by service: `Throttling`, `ThrottlingException`, `RequestThrottled`, `SlowDown`, `TooManyRequestsException`. */
const THROTTLED = /throttl|toomanyrequests|slowdown|requestlimitexceeded/i;
/** Codes differ by service: `AccessDenied`, `AccessDeniedException`, `KmsAccessDeniedException`, `AuthorizationError`. */
const DENIED = /accessdenied|authorizationerror|unauthorized|notauthorized/i;
const BAD_CREDENTIALS =
  /expiredtoken|invalidclienttokenid|unrecognizedclient|signaturedoesnotmatch|invalidaccesskeyid|incompletesignature|invalidsignature/i;

/** Whether the failure is temporary, so that the same call may succeed later. */
export function isPassing(error: unknown): boolean {
  const { name, $metadata, $retryable } = error as CallFailure;
  const status = $metadata?.httpStatusCode;
  if ($retryable?.throttling === true || THROTTLED.test(name)) return true;
  return status === undefined ? isOfTheConnection(error as CallFailure) : status >= 500;
}

const isOfTheConnection = ({ code, name }: CallFailure): boolean =>
  name === 'TimeoutError' || /^(E[A-Z]+|UND_ERR_\w+)$/.test(code ?? '');

/** The kind of a failed call. `undefined` for an error that isn't about a call, which is a bug in bma. */
export type FailureKind = 'credentials' | 'refused credentials' | 'denied' | 'throttled' | 'unreachable' | 'service';

/** Why a call failed, independent of the service's error code. */
export function kindOfFailure(error: Error): FailureKind | undefined {
  const { name, $metadata } = error as CallFailure;
  if (/^Credentials(?:Provider)?Error$/.test(name)) return 'credentials';
  if (BAD_CREDENTIALS.test(name)) return 'refused credentials';
  if (DENIED.test(name) || $metadata?.httpStatusCode === 403) return 'denied';
  if (THROTTLED.test(name)) return 'throttled';
  if ($metadata?.httpStatusCode !== undefined) return 'service';
  return isOfTheConnection(error) ? 'unreachable' : undefined;
}

/** The SDK can't parse the HTML page of a proxy: the error has no name, and its message is for programmers. */
function serviceError({ name, message, $metadata }: CallFailure): string {
  if (name === 'Unknown' || message.includes('Deserialization error')) {
    return `The HTTP ${$metadata?.httpStatusCode} response can't be read, or isn't from AWS. Fix: check the proxy and AWS_ENDPOINT_URL, and repeat the command.`;
  }
  return `AWS answered with an error: ${name}: ${printable(message)}`;
}

/** The message for the user about a failed call. Other errors are rethrown: they are bugs in bma. */
export function commandErrorOf(error: CallFailure, needs: string): Error {
  const { name, code } = error;
  const message = printable(error.message);
  if (code === 'ERR_INVALID_URL') {
    return new UsageError(
      'The endpoint of AWS in AWS_ENDPOINT_URL, one of its service-specific forms, or the profile is no URL. Fix: correct it, or unset it.',
    );
  }
  if (message === 'Region is missing') return noRegion();
  if (message.startsWith('Region not accepted'))
    return new UsageError('The Region in the profile is not a Region. Fix: add --region, or correct the profile.');
  switch (kindOfFailure(error)) {
    case 'credentials':
      return new CommandError(ACCOUNT_EXIT.noCredentials, message);
    case 'refused credentials':
      return new CommandError(
        ACCOUNT_EXIT.notPermitted,
        `AWS refused the credentials (${name}). Fix: sign in again, for example with aws sso login.`,
      );
    case 'denied':
      return new CommandError(
        ACCOUNT_EXIT.notPermitted,
        `AWS refused the call: ${message.replace(/\.?$/, '.')} Fix: the caller needs ${needs}.`,
      );
    case 'throttled':
      return new CommandError(
        ACCOUNT_EXIT.noAnswer,
        `AWS throttles the calls (${name}). Fix: repeat the command in a minute.`,
      );
    case 'unreachable':
      return new CommandError(
        ACCOUNT_EXIT.noAnswer,
        `AWS is not reachable (${code ?? name}). Fix: check the network, the Region and AWS_ENDPOINT_URL, and repeat the command.`,
      );
    case 'service':
      return new CommandError(ACCOUNT_EXIT.noAnswer, serviceError(error));
    case undefined:
      return error;
  }
}
