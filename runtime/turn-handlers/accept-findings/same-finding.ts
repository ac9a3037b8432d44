import { collapsed, fingerprints } from './fingerprint';
import { repositoryPath } from './repository-path';
import type { SarifResult } from './sarif';

/** The values by which findings are compared. */
interface Traits {
  readonly rule: string;
  readonly path?: string;
  readonly quotation: string;
  readonly line?: number;
  readonly words: ReadonlySet<string>;
}

/** A quotation that is shorter than this can be part of another one by chance. */
const LEAST_QUOTATION = 12;
/** Share of common words above which two messages count as equal. */
const LIKE = 0.5;

/** When a finding is that of an earlier night, most certain first. All need the same file. */
const SAME: readonly ((one: Traits, other: Traits) => boolean)[] = [
  // Quoted longer or shorter.
  (one, other) => one.rule === other.rule && overlap(one.quotation, other.quotation),
  // Assigned to another weakness, for example a parent: the same code is wrong.
  (one, other) => one.quotation !== '' && one.quotation === other.quotation,
  (one, other) => overlap(one.quotation, other.quotation),
  // Quoted or described differently, at the same location.
  (one, other) =>
    one.rule === other.rule && one.line !== undefined && one.line === other.line && !bothQuote(one, other),
  (one, other) => one.rule === other.rule && !bothQuote(one, other) && likeness(one.words, other.words) >= LIKE,
];

/**
 * One mark per result: the mark of the matching finding of an earlier night, or a new one. Every known finding matches
 * one result at most.
 */
export function marksOf(results: readonly SarifResult[], known: ReadonlyMap<string, SarifResult>): string[] {
  const fresh = fingerprints(results);
  const marks = fresh.map((mark) => (known.has(mark) ? mark : undefined));
  const free = new Map(
    [...known].filter(([mark]) => !marks.includes(mark)).map(([mark, each]) => [mark, traits(each)]),
  );
  const found = results.map(traits);
  for (const same of SAME) {
    found.forEach((one, index) => {
      if (marks[index] !== undefined) return;
      for (const [mark, other] of free) {
        if (one.path !== other.path || !same(one, other)) continue;
        marks[index] = mark;
        free.delete(mark);
        break;
      }
    });
  }
  return marks.map((mark, index) => mark ?? fresh[index]);
}

function traits({ ruleId, locations, message }: SarifResult): Traits {
  const { artifactLocation, region } = locations[0].physicalLocation;
  return {
    rule: ruleId,
    path: repositoryPath(artifactLocation.uri),
    quotation: collapsed(region?.snippet?.text ?? ''),
    line: region?.startLine,
    words: new Set(message.text.toLowerCase().match(/[\p{L}_]{3,}/gu) ?? []),
  };
}

function overlap(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short.length >= LEAST_QUOTATION && long.includes(short);
}

const bothQuote = (one: Traits, other: Traits): boolean => one.quotation !== '' && other.quotation !== '';

function likeness(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const common = [...one].filter((word) => other.has(word)).length;
  const all = one.size + other.size - common;
  return all === 0 ? 0 : common / all;
}
