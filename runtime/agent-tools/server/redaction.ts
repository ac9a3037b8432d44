/**
 * Text that looks like a credential is removed from every result, and prevents that a file is published. One list for
 * both.
 */
import { CREDENTIAL_FORMATS } from '../../../lib/facts/credential-formats';
import { ASSIGNMENTS, isSecretValue } from './assigned-secret';
import { ownCredentialSpellings } from './own-credentials';

const FORMATS = CREDENTIAL_FORMATS.map(({ kind, pattern }) => ({
  kind,
  // After the first line of a private key, only text after its last line may be shown.
  pattern:
    kind === 'a private key'
      ? new RegExp(`${pattern.source}[\\s\\S]*?(?:-----END (?:[A-Z]+ )*PRIVATE KEY-----|$)`, 'g')
      : new RegExp(pattern.source, 'g'),
}));

/**
 * The same text without what looks like a credential. Removes more than the search for files refuses, because a gap in
 * a result costs little.
 */
export function redacted(text: string): string {
  let clean = text;
  for (const spelling of ownCredentialSpellings()) {
    clean = clean.split(spelling).join('[removed: the credentials of this tool]');
  }
  for (const { kind, pattern } of FORMATS) clean = clean.replace(pattern, `[removed: ${kind}]`);
  for (const assignment of ASSIGNMENTS) {
    clean = clean.replace(assignment, (...groups) => {
      const { lead } = groups.at(-1) as { lead: string };
      const whole = groups[0];
      return whole.includes('[removed') ? whole : `${lead}[removed: looks like a credential]`;
    });
  }
  return clean;
}

export interface FoundCredential {
  readonly kind: string;
  readonly line: number;
}

/** A long text is searched in parts, so that no content can make the search take more than linear time. */
const PART = 12_288;
/** Parts overlap by more than a credential is long. */
const OVERLAP = 4_096;

/** Where a text holds a credential of a published format: its kind and line, for a message that must not show it. */
export function firstCredential(text: string): FoundCredential | undefined {
  return inParts(text, (part) => {
    for (const { kind, pattern } of CREDENTIAL_FORMATS) {
      const found = pattern.exec(part);
      if (found) return { kind, index: found.index };
    }
    return undefined;
  });
}

/** The same, and also the credentials of this tool and values behind a name such as `password`. */
export function firstSecret(text: string): FoundCredential | undefined {
  for (const spelling of ownCredentialSpellings()) {
    const index = text.indexOf(spelling);
    if (index !== -1) return { kind: 'the credentials of this tool', line: lineAt(text, index) };
  }
  return firstCredential(text) ?? inParts(text, firstAssignment);
}

function firstAssignment(part: string): { readonly kind: string; readonly index: number } | undefined {
  for (const assignment of ASSIGNMENTS) {
    for (const { index, groups } of part.matchAll(assignment)) {
      const { name, value } = groups as { name: string; value: string };
      if (isSecretValue(name, value)) return { kind: 'the value of a credential', index };
    }
  }
  return undefined;
}

function inParts(
  text: string,
  search: (part: string) => { readonly kind: string; readonly index: number } | undefined,
): FoundCredential | undefined {
  for (let begin = 0; begin === 0 || begin + OVERLAP < text.length; begin += PART - OVERLAP) {
    const found = search(text.slice(begin, begin + PART));
    if (found) return { kind: found.kind, line: lineAt(text, begin + found.index) };
  }
  return undefined;
}

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;
