/**
 * Hidden marks by which the delivery knows its own comments again. Only comments that it wrote itself are looked at, so
 * that nobody else can claim to be the review or make findings look known.
 */
import { createHash } from 'node:crypto';
import { type Finding, SEVERITIES, type Severity } from './review-document';

export function summaryMark(agentName: string): string {
  return `<!-- bma-review agent=${agentName} -->`;
}

export function findingMark(agentName: string, finding: Finding): string {
  return `<!-- bma-finding agent=${agentName} severity=${finding.severity} id=${fingerprint(finding)} -->`;
}

/** The same finding in a later turn, wherever its line has moved to. */
export function fingerprint({ file, message, severity }: Finding): string {
  return createHash('sha256').update(JSON.stringify([file, message, severity])).digest('hex').slice(0, 32);
}

/** What a comment is, by the mark that it begins with. */
export function readMark(
  agentName: string,
  body: string,
): { readonly kind: 'summary' } | { readonly kind: 'finding'; readonly id: string; readonly severity: Severity } | undefined {
  if (body.startsWith(summaryMark(agentName))) return { kind: 'summary' };
  const mark = /^<!-- bma-finding agent=(\S+) severity=([a-z]+) id=([0-9a-f]{32}) -->/.exec(body);
  const severity = SEVERITIES.find((known) => known === mark?.[2]);
  return mark?.[1] === agentName && severity ? { kind: 'finding', id: mark[3]!, severity } : undefined;
}
