import { defaultCredentialChain } from '../../../runtime/session-client/credential-chain';
import { endpointOverride } from '../../../runtime/session-client/endpoint';
import { HttpTransport, readText } from '../../../runtime/session-client/http';
import { encodeRfc3986, RequestSigner } from '../../../runtime/session-client/signer';

const LIMITS = { connectTimeoutMs: 5_000, timeoutMs: 30_000 };
const MOST_ANSWER_BYTES = 1024 * 1024;

/** The members of ApplyGuardrail's response that probes read. */
export interface GuardrailVerdict {
  readonly action: 'NONE' | 'GUARDRAIL_INTERVENED';
  /** Names of the policies and filters that blocked or masked. */
  readonly acted: readonly string[];
}

/**
 * One call of ApplyGuardrail. Its SDK client would be the largest of this program, for one operation.
 *
 * Source: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ApplyGuardrail.html
 */
export async function applyGuardrail(
  region: string,
  { id, version }: { readonly id: string; readonly version: string },
  { source, text }: { readonly source: string; readonly text: string },
): Promise<GuardrailVerdict> {
  const { AWS_ENDPOINT_URL_BEDROCK_RUNTIME: own, AWS_ENDPOINT_URL: any } = process.env;
  const endpoint = endpointOverride(own ?? any ?? `https://bedrock-runtime.${region}.amazonaws.com`);
  const path = `/guardrail/${encodeRfc3986(id)}/version/${encodeRfc3986(version)}/apply`;
  const body = JSON.stringify({ source, content: [{ text: { text } }] });
  const signer = new RequestSigner(endpoint, region, 'bedrock');
  const headers = await signer.sign(
    { method: 'POST', path, query: {}, body },
    await defaultCredentialChain()(),
    new Date(),
  );
  const transport = new HttpTransport(endpoint);
  try {
    const received = await transport.send({ method: 'POST', path, headers, body, freshConnection: true }, LIMITS);
    const answer = await readText(received, MOST_ANSWER_BYTES);
    const status = received.response.statusCode ?? 0;
    if (status !== 200) throw refused(status, String(received.response.headers['x-amzn-errortype'] ?? ''), answer);
    const { action, assessments = [] } = JSON.parse(answer) as {
      action: GuardrailVerdict['action'];
      assessments?: object[];
    };
    return { action, acted: [...new Set(assessments.flatMap((each) => actedIn(each)))].sort() };
  } finally {
    transport.close();
  }
}

function refused(status: number, type: string, answer: string): Error {
  const { message } = JSON.parse(answer || '{}') as { message?: string };
  return Object.assign(new Error(message ?? `HTTP ${status}`), { name: type.split(':')[0] || `HTTP ${status}` });
}

/** The kinds of filters that blocked or masked, never the text. */
function actedIn(assessment: object): string[] {
  return Object.entries(assessment).flatMap(([policy, content]) =>
    Object.values((content ?? {}) as object).flatMap((entries: unknown) =>
      Array.isArray(entries)
        ? (entries as { type?: string; name?: string; action?: string }[])
            .filter(({ action }) => action !== undefined && action !== 'NONE')
            .map(({ type, name }) => `${policy}: ${type ?? name ?? 'one'}`)
        : [],
    ),
  );
}
