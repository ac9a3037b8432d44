/** The error response of an AWS service, in the format of the call's protocol. */
import type { Protocol } from './aws-request';

export type Fields = Readonly<Record<string, unknown>>;

/** An error response. */
export class AwsError extends Error {
  /** @param status HTTP status of the answer */
  public constructor(
    name: string,
    message: string = name,
    public readonly status = 400,
  ) {
    super(message);
    this.name = name;
  }
}

/** Thrown by an operation that succeeded, but whose response is lost. */
export class HangUp extends Error {}

/** A denial. Its code differs by service; see `denialOf`. */
export class AccessDenied extends AwsError {
  public constructor(message: string) {
    super('AccessDeniedException', message);
  }
}

/**
 * Codes of denials that aren't `AccessDeniedException`: by prefix of the actions, and of those about a key.
 *
 * Sources: docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, docs.aws.amazon.com/sns/latest/api/API_Publish.html
 * (AuthorizationError, KMSAccessDenied), docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 * (KmsAccessDenied); the code of SQS for other denials isn't in that list and was not looked up.
 */
const CODES: Readonly<Record<string, { readonly code: string; readonly key: string }>> = {
  s3: { code: 'AccessDenied', key: 'AccessDenied' },
  sns: { code: 'AuthorizationError', key: 'KMSAccessDenied' },
  sqs: { code: 'AccessDeniedException', key: 'KmsAccessDenied' },
};

/** The error with the code and message of its service. */
export function denialOf(service: string, error: AccessDenied): AwsError {
  const codes = Object.hasOwn(CODES, service) ? CODES[service] : undefined;
  const isAboutKey = /to perform: kms:/.test(error.message);
  return new AwsError(
    codes?.[isAboutKey ? 'key' : 'code'] ?? error.name,
    error.message,
    JSON_SERVICES.has(service) ? 400 : 403,
  );
}

/** Services whose JSON protocol responds to every client error with 400. */
const JSON_SERVICES: ReadonlySet<string> = new Set(['dynamodb', 'events', 'secretsmanager', 'sqs', 'ssm', 'states']);

export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The error on the wire. */
export function errorAnswer(error: AwsError, protocol: Protocol): ErrorAnswer {
  const { name, message, status } = error;
  switch (protocol) {
    case 's3':
      return xml(status, `<Error><Code>${name}</Code><Message>${escaped(message)}</Message></Error>`);
    case 'query':
      return xml(
        status,
        `<ErrorResponse><Error><Type>Sender</Type><Code>${name}</Code><Message>${escaped(message)}</Message></Error></ErrorResponse>`,
      );
    case 'git':
      return { status, headers: { 'content-type': 'text/plain' }, body: message };
    default:
      return {
        status,
        headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': name },
        body: JSON.stringify({ __type: name, message }),
      };
  }
}

const xml = (status: number, body: string): ErrorAnswer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>${body}`,
});

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
