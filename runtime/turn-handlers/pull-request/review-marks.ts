/**
 * Hidden marks by which delivery recognizes its own comments. It reads only comments that it wrote itself, so that
 * other authors can't imitate the review or make findings look known.
 */
import { createHash } from 'node:crypto';
import { type Finding, SEVERITIES, type Severity } from './review-document';

export function summaryMark(agentName: string): string {
  return `<!-- bma-review agent=${agentName} -->`;
}

/** @param resolved the newest review does not have the finding any more */
export function findingMark(agentName: string, id: string, severity: Severity, resolved = false): string {
  return `<!-- bma-finding agent=${agentName} severity=${severity} id=${id}${resolved ? ' resolved' : ''} -->`;
}

/** A finding, and the id that later turns recognize as long as its words stay the same. See known-findings.ts. */
export interface IdentifiedFinding {
  readonly id: string;
  readonly finding: Finding;
}

/**
 * The same words about two lines of a file are two findings, distinguished by their order; about one line, they are one
 * finding.
 */
export function identified(findings: readonly Finding[]): IdentifiedFinding[] {
  const places = new Map<string, number[]>();
  return [...findings]
    .sort((one, other) => one.line - other.line)
    .flatMap((finding) => {
      const { file, message, line } = finding;
      const said = JSON.stringify([file, message.normalize().replace(/\s+/g, ' ').trim()]);
      const lines = places.get(said) ?? [];
      if (lines.includes(line)) return [];
      places.set(said, [...lines, line]);
      const id = createHash('sha256').update(`${lines.length} ${said}`).digest('hex').slice(0, 32);
      return [{ id, finding }];
    });
}

/** The kind of a comment, by the mark at its beginning. */
export function readMark(
  agentName: string,
  body: string,
):
  | { readonly kind: 'summary' }
  | { readonly kind: 'finding'; readonly id: string; readonly severity: Severity; readonly resolved: boolean }
  | undefined {
  if (body.startsWith(summaryMark(agentName))) return { kind: 'summary' };
  const mark = /^<!-- bma-finding agent=(\S+) severity=([a-z]+) id=([0-9a-f]{32})( resolved)? -->/.exec(body);
  const severity = SEVERITIES.find((known) => known === mark?.[2]);
  return mark?.[1] === agentName && severity
    ? { kind: 'finding', id: mark[3], severity, resolved: mark[4] !== undefined }
    : undefined;
}
