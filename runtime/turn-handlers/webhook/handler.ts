import {
  GITHUB_COMMENT_EVENT,
  GITHUB_PULL_REQUEST_EVENT,
  type GitHubCommentDetail,
  type GitHubPullRequestDetail,
} from '../../../lib/contracts/webhook';
import type { Webhook } from './configuration';
import { forward, type ForwardClients } from './forward';
import { commentDetail, pullRequestDetail } from './github-delivery';
import { isSignedBy, SIGNATURE } from './signature';
import { unmatched, unmatchedCommand } from './unmatched';
import type { WebhookSecret } from './webhook-secret';

/** Largest difference by which GitHub's clock may be ahead of ours. */
const CLOCK_SKEW_SECONDS = 300;

/** The event of a function URL; only the members that are read. Header names are lower-case. */
export interface UrlRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly requestContext: { readonly http: { readonly method: string } };
}

export interface UrlAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A request after the check of its form; its content isn't trusted yet. */
interface Delivery {
  readonly id: string;
  readonly event: string;
  readonly signature: string;
  readonly body: Buffer;
}

export type LogLine = Record<string, string | number | undefined>;

/**
 * Handles one delivery. The order matters: size and form first, then the signature, and parsing only after that. The
 * response to a wrong signature doesn't reveal which part was wrong.
 */
export async function receive(
  request: UrlRequest,
  webhook: Webhook,
  secret: WebhookSecret,
  clients: ForwardClients,
  now: Date,
  log: (line: LogLine) => void,
): Promise<UrlAnswer> {
  const delivery = formOf(request, webhook.maxBodyBytes);
  if ('statusCode' in delivery) {
    log({ level: 'WARN', message: 'delivery refused before its signature', status: delivery.statusCode });
    return delivery;
  }
  const { id, event, signature, body } = delivery;
  if (!(await secret.passes((value) => isSignedBy(value, body, signature)))) {
    log({ level: 'WARN', message: 'delivery refused: signature', delivery: id });
    return answer(401, 'not signed');
  }
  if (event !== GITHUB_PULL_REQUEST_EVENT && event !== GITHUB_COMMENT_EVENT) {
    log({ level: 'INFO', message: 'delivery of another event', delivery: id, event });
    return answer(
      200,
      event === 'ping'
        ? 'pong'
        : `not used: the event ${event}. Choose "Pull requests" and, for commands, "Issue comments"`,
    );
  }
  const read = event === GITHUB_COMMENT_EVENT ? commentDetail : pullRequestDetail;
  const detail = read(parsed(body), id, body);
  if (!detail) {
    log({ level: 'WARN', message: `delivery refused: not a payload of ${event}`, delivery: id });
    return answer(400, `not a payload of ${event}`);
  }
  if (detail === 'no-command') {
    return answer(200, 'not used: no new comment on a pull request that begins with a command');
  }
  // The only time that the signature covers, because GitHub doesn't sign headers.
  const time = 'comment' in detail ? detail.comment.created_at : detail.pull_request.updated_at;
  const age = (now.getTime() - Date.parse(time)) / 1000;
  if (!(age <= webhook.replayWindowSeconds && age >= -CLOCK_SKEW_SECONDS)) {
    log({ level: 'WARN', message: 'delivery refused: outside the replay window', delivery: id });
    return answer(409, 'outside the replay window');
  }
  const result = await forward(clients, webhook, event, detail);
  const why =
    'comment' in detail ? unmatchedCommand(detail, webhook.subscriptions) : unmatched(detail, webhook.subscriptions);
  log({
    level: result !== 'forwarded' ? 'ERROR' : why ? 'WARN' : 'INFO',
    message: `delivery ${result}${why ? ', and starts no turn' : ''}`,
    delivery: id,
    sha256: detail.delivery.body_sha256,
    ...(why ? { reason: why } : {}),
    ...subjectOf(detail),
  });
  return answer(202, why ? `accepted, but it starts no turn: ${why}` : 'accepted');
}

/** Refuses an invalid delivery before its signature is computed. */
function formOf(request: UrlRequest, maxBodyBytes: number): Delivery | UrlAnswer {
  if (request.requestContext.http.method !== 'POST') {
    return answer(405, 'POST only');
  }
  const encoded = request.body ?? '';
  // Base64 is a third longer than the encoded bytes.
  if (encoded.length > (maxBodyBytes * 4) / 3 + 4) {
    return answer(413, 'too large');
  }
  const body = Buffer.from(encoded, request.isBase64Encoded ? 'base64' : 'utf8');
  if (body.length > maxBodyBytes) {
    return answer(413, 'too large');
  }
  const signature = request.headers['x-hub-signature-256'] ?? '';
  const id = request.headers['x-github-delivery'] ?? '';
  const event = request.headers['x-github-event'] ?? '';
  if (!SIGNATURE.test(signature) || !/^[0-9a-f-]{36}$/i.test(id) || !/^[a-z0-9_]{1,64}$/.test(event)) {
    return answer(401, 'not signed');
  }
  return { id, event, signature, body };
}

/** The values of a delivery in a log line: names and numbers of strict formats. */
function subjectOf({ action, number, repository }: GitHubPullRequestDetail | GitHubCommentDetail): LogLine {
  return {
    ...(/^[\w.-]{1,100}\/[\w.-]{1,100}$/.test(repository.full_name) ? { repository: repository.full_name } : {}),
    ...(/^[a-z_]{1,64}$/.test(action) ? { action } : {}),
    number,
  };
}

/**
 * The payload, in either of the two content types that a webhook of GitHub can have: JSON, or a form whose field
 * `payload` is the JSON. Decided by the bytes, which are signed, not by the header, which isn't.
 */
function parsed(body: Buffer): unknown {
  const text = body.toString('utf8');
  try {
    return JSON.parse(text.startsWith('payload=') ? (new URLSearchParams(text).get('payload') ?? '') : text);
  } catch {
    return undefined;
  }
}

function answer(statusCode: number, text: string): UrlAnswer {
  return {
    statusCode,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
    body: text,
  };
}
