import {
  AccessAnalyzerClient,
  CheckAccessNotGrantedCommand,
  CheckNoNewAccessCommand,
} from '@aws-sdk/client-accessanalyzer';
import type { Comparison } from './comparison';

/** The result of IAM Access Analyzer for one policy document of the account. */
export interface AnalyzerResult {
  readonly logicalId: string;
  readonly what: string;
  readonly check: 'no new access' | 'access not granted';
  readonly result: 'PASS' | 'FAIL' | 'cannot judge';
  readonly why?: string;
}

/** The IAM actions of the checks. */
export const ANALYZER_PERMISSIONS = ['access-analyzer:CheckNoNewAccess', 'access-analyzer:CheckAccessNotGranted'];

/**
 * Checks for each differing policy whether the account grants more than the template, and whether it grants forbidden
 * actions.
 */
export async function analyze(
  region: string,
  differing: readonly Comparison[],
  notGranted: readonly string[],
): Promise<AnalyzerResult[]> {
  const client = new AccessAnalyzerClient({ region });
  const results: AnalyzerResult[] = [];
  const ask = async (
    { resource, what }: Comparison,
    check: AnalyzerResult['check'],
    call: () => Promise<{ result?: string; message?: string }>,
  ) => {
    const about = { logicalId: resource.logicalId, what, check };
    try {
      const { result, message } = await call();
      results.push({ ...about, result: result === 'PASS' ? 'PASS' : 'FAIL', ...(message ? { why: message } : {}) });
    } catch (problem) {
      results.push({
        ...about,
        result: 'cannot judge',
        why: `${(problem as Error).name}: ${(problem as Error).message}`,
      });
    }
  };
  try {
    for (const each of differing) {
      if (each.policy === undefined || each.deployed === undefined) continue;
      const policyType = each.policy;
      const policyDocument = JSON.stringify(each.deployed);
      await ask(each, 'no new access', () =>
        client.send(
          new CheckNoNewAccessCommand({
            policyType,
            newPolicyDocument: policyDocument,
            existingPolicyDocument: JSON.stringify(each.expected ?? NOTHING),
          }),
        ),
      );
      if (notGranted.length > 0) {
        await ask(each, 'access not granted', () =>
          client.send(
            new CheckAccessNotGrantedCommand({ policyType, policyDocument, access: [{ actions: [...notGranted] }] }),
          ),
        );
      }
    }
  } finally {
    client.destroy();
  }
  return results;
}

/** An empty policy. */
const NOTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] };
