import { createHash } from 'node:crypto';
import { repositoryPath } from './repository-path';
import type { SarifResult } from './sarif';

/**
 * One fingerprint per new result: rule, path and quoted code, so that a finding whose lines moved is the same finding.
 * Without a quotation, the message without its numbers is used instead of the code. Equal findings in a file are
 * counted.
 */
export function fingerprints(results: readonly SarifResult[]): string[] {
  const seen = new Map<string, number>();
  return results.map((result) => {
    const { artifactLocation, region } = result.locations[0].physicalLocation;
    const quoted = region?.snippet?.text?.trim();
    const basis = quoted ? ['code', collapsed(quoted)] : ['text', wording(result.message.text)];
    const identity = JSON.stringify([result.ruleId, repositoryPath(artifactLocation.uri), ...basis]);
    const hash = createHash('sha256').update(identity, 'utf8').digest('hex').slice(0, 32);
    const count = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, count);
    return `${hash}:${count}`;
  });
}

export function collapsed(text: string): string {
  return text.normalize('NFC').replace(/\s+/g, ' ').trim();
}

function wording(text: string): string {
  return collapsed(text).toLowerCase().replace(/\d+/g, '0');
}
