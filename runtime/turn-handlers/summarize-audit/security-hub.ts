import type { SecurityHubReceipt } from '../../../lib/blueprint/security-auditor/audit-contract';
import { environmentCredentials } from '../../session-client/credentials';
import { RequestSigner } from '../../session-client/signer';
import { TransientStepError } from '../turn/failures';
import type { SecurityFinding } from './asff';

/** Findings per call. Source: docs.aws.amazon.com/securityhub/latest/partnerguide/guidelines-batchimportfindings.html */
const BATCH = 100;

interface ImportAnswer {
  readonly SuccessCount?: number;
  readonly FailedCount?: number;
  readonly FailedFindings?: readonly { readonly Id?: string }[];
}

/**
 * `BatchImportFindings`, and nothing else of Security Hub. The SDK's client carries the format of every finding there is:
 * 190 kB beside the one of Amazon S3, and the bundle would be larger than a handler may be.
 */
export class SecurityHub {
  readonly #signer: RequestSigner;
  readonly #endpoint: URL;
  readonly #credentials = environmentCredentials();

  constructor(region: string, endpoint: string | undefined) {
    this.#endpoint = new URL(endpoint ?? `https://securityhub.${region}.amazonaws.com`);
    this.#signer = new RequestSigner(this.#endpoint, region, 'securityhub');
  }

  /**
   * Imports all findings. A finding has the same id every time, so a repetition changes nothing.
   *
   * @throws TransientStepError when Security Hub is busy or broken
   */
  async import(findings: readonly SecurityFinding[]): Promise<SecurityHubReceipt> {
    const refused = new Set<string>();
    let error: string | undefined;
    for (let begin = 0; begin < findings.length && error === undefined; begin += BATCH) {
      const batch = findings.slice(begin, begin + BATCH);
      const answer = await this.#call(batch);
      if (typeof answer === 'string') {
        error = answer;
        findings.slice(begin).forEach(({ Id }) => refused.add(Id));
      } else {
        answer.FailedFindings?.forEach(({ Id }) => Id !== undefined && refused.add(Id));
      }
    }
    const taken = (state: SecurityFinding['RecordState']) =>
      findings.filter(({ Id, RecordState }) => RecordState === state && !refused.has(Id)).length;
    return {
      imported: taken('ACTIVE'),
      archived: taken('ARCHIVED'),
      failed: refused.size,
      ...(error === undefined ? {} : { error }),
    };
  }

  /** @returns the name of the error when Security Hub refuses the call itself */
  async #call(findings: readonly SecurityFinding[]): Promise<ImportAnswer | string> {
    const body = JSON.stringify({ Findings: findings });
    const path = '/findings/import';
    const credentials = await this.#credentials();
    const headers = await this.#signer.sign({ method: 'POST', path, query: {}, body }, credentials, new Date());
    let response: Response;
    try {
      response = await fetch(new URL(path, this.#endpoint), {
        method: 'POST',
        headers,
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(20_000),
      });
    } catch {
      throw new TransientStepError('Security Hub does not answer');
    }
    if (response.status === 429 || response.status >= 500) {
      throw new TransientStepError(`Security Hub answers with HTTP ${response.status}`);
    }
    if (response.ok) return (await response.json()) as ImportAnswer;
    const name = (response.headers.get('x-amzn-errortype') ?? '').split(':')[0];
    return /^[A-Za-z]{1,60}$/.test(name) ? name : `HTTP ${response.status}`;
  }
}
