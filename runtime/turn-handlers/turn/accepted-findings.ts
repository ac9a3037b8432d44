/**
 * Findings that are accepted until an expiry date. The register is part of the function's code: no repository can
 * change it.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ACCEPTED_FINDINGS_FILE, type AcceptedFindingEntry } from '../../../lib/contracts/accepted-findings';
import { pathMatcher } from '../pull-request/path-patterns';

export interface AcceptableFinding {
  readonly file: string;
  readonly rule?: string;
  /** Its message and the code that it quotes. */
  readonly texts: readonly string[];
}

/** Finds the unexpired entry that accepts a finding. */
export type Acceptance = (finding: AcceptableFinding) => AcceptedFindingEntry | undefined;

export const nothingAccepted: Acceptance = () => undefined;

/** @param directory where the code of the function is */
export function readAcceptance(directory: string): Acceptance {
  const file = path.join(directory, ACCEPTED_FINDINGS_FILE);
  return existsSync(file)
    ? acceptance(JSON.parse(readFileSync(file, 'utf8')) as AcceptedFindingEntry[])
    : nothingAccepted;
}

export function acceptance(entries: readonly AcceptedFindingEntry[], now: () => number = Date.now): Acceptance {
  const known = entries.map((entry) => ({ entry, isIn: pathMatcher([entry.files]) }));
  return ({ file, rule, texts }) =>
    known.find(
      ({ entry, isIn }) =>
        now() < Date.parse(`${entry.until}T24:00:00Z`) &&
        isIn(file) &&
        (entry.rule === undefined || entry.rule === rule) &&
        (entry.containing === undefined || texts.some((text) => plain(text).includes(plain(entry.containing!)))),
    )?.entry;
}

const plain = (text: string): string => text.toLowerCase().replace(/\s+/g, ' ').trim();
