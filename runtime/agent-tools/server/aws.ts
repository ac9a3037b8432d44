import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Refusal } from './refusal';

/** Attempts of one AWS request: the SDK's standard mode waits between them, with jitter. */
const MAX_ATTEMPTS = 3;

const CONNECT_TIMEOUT_MS = 3_000;

/**
 * The settings of every AWS client of a server. The Region comes from AWS_REGION. All speak HTTP/1.1: the Bedrock
 * client would choose HTTP/2, which it needs for streams only.
 */
export const clientOptions = {
  maxAttempts: MAX_ATTEMPTS,
  retryMode: 'standard',
  requestHandler: new NodeHttpHandler({ connectionTimeout: CONNECT_TIMEOUT_MS }),
} as const;

interface AwsError extends Error {
  readonly $metadata: { readonly httpStatusCode?: number; readonly attempts?: number };
}

const isAwsError = (error: unknown): error is AwsError =>
  error instanceof Error && typeof (error as Partial<AwsError>).$metadata === 'object';

const THROTTLING = /throttl|toomanyrequests|requestlimit|slowdown|limitexceeded|quotaexceeded/i;
const DENIED = /accessdenied|unauthorized|notauthorized|forbidden/i;

/**
 * A failed AWS request as the model may read it: what kind of failure and what to do. The message of the service is
 * passed on (it names the wrong field), except for denials, which can reveal other resources.
 */
export function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (isAwsError(error)) {
    if (THROTTLING.test(error.name)) {
      return new Refusal(
        `AWS throttles this request (${error.name}), also after ${error.$metadata.attempts ?? MAX_ATTEMPTS} attempts. Wait before you ask again.`,
      );
    }
    if (DENIED.test(error.name) || error.$metadata.httpStatusCode === 403) {
      return new Refusal(`The agent's role is not permitted to do this (${error.name}). Do not try another way.`);
    }
    return new Refusal(`AWS refused the request: ${error.name}: ${error.message}`);
  }
  const name = error instanceof Error ? error.name : 'Error';
  if (name === 'CredentialsProviderError' || name === 'CredentialsError') {
    return new Refusal('The tool found no credentials of the execution role.');
  }
  return new Refusal(`The tool failed (${name}).`);
}
