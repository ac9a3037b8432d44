import type { ApprovalAnswer } from '../../lib/contracts/turn';
import type * as CredentialChain from '../../runtime/session-client/credential-chain';
import { endpointOverride } from '../../runtime/session-client/endpoint';
import { HttpTransport, readText, type WireFailure } from '../../runtime/session-client/http';
import { RequestSigner } from '../../runtime/session-client/signer';
import { UsageError } from './command';

export interface ApprovalUrl {
  readonly url: string;
  /** @default the Region in the URL, then AWS_REGION, then AWS_DEFAULT_REGION */
  readonly region?: string;
}

export interface ApprovalUrlReply {
  readonly status: number;
  /** Undefined if the response didn't come from the function. */
  readonly answer?: ApprovalAnswer;
}

const LIMITS = { connectTimeoutMs: 10_000, timeoutMs: 40_000 };
const MOST_ANSWER_BYTES = 64 * 1024;

/**
 * One signed POST to a function URL with IAM authorization. Never repeated automatically: the message says if it is
 * unknown whether it arrived.
 */
export async function answerApproval(
  { url, region }: ApprovalUrl,
  request: { readonly turn: string; readonly decision: 'approve' | 'deny'; readonly comment?: string },
): Promise<ApprovalUrlReply> {
  const endpoint = originOf(url);
  const signer = new RequestSigner(endpoint, region ?? regionOf(endpoint), 'lambda');
  // Loaded lazily, because other commands don't need the credential chain, which is most of this program.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { defaultCredentialChain } = require('../../runtime/session-client/credential-chain') as typeof CredentialChain;
  const credentials = await defaultCredentialChain()();
  const body = JSON.stringify(request);
  const headers = await signer.sign({ method: 'POST', path: '/', query: {}, body }, credentials, new Date());
  const transport = new HttpTransport(endpoint);
  try {
    const wire = { method: 'POST', path: '/', headers, body, freshConnection: true };
    const received = await transport.send(wire, LIMITS);
    const status = received.response.statusCode ?? 0;
    return { status, answer: parseAnswer(await readText(received, MOST_ANSWER_BYTES)) };
  } catch (problem) {
    const { kind, code } = problem as WireFailure;
    throw new Error(`${endpoint.origin} is not reachable (${code ?? kind}).`, { cause: problem });
  } finally {
    transport.close();
  }
}

function originOf(url: string): URL {
  try {
    return endpointOverride(url);
  } catch (problem) {
    throw new UsageError(`--url is '${url}': ${(problem as Error).message}`);
  }
}

/** `https://<id>.lambda-url.<region>.on.aws/`. Source: docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html */
function regionOf({ hostname }: URL): string {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const region = /\.lambda-url\.([a-z\d-]+)\./.exec(hostname)?.[1] ?? AWS_REGION ?? AWS_DEFAULT_REGION;
  if (!region) throw new UsageError(`The Region of ${hostname} is not known. Fix: add --region.`);
  return region;
}

function parseAnswer(text: string): ApprovalAnswer | undefined {
  try {
    const answer = JSON.parse(text) as Partial<ApprovalAnswer>;
    return typeof answer.code === 'string' ? (answer as ApprovalAnswer) : undefined;
  } catch {
    return undefined;
  }
}
