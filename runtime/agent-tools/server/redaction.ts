import { CREDENTIAL_FORMATS, CREDENTIAL_NAME } from '../../../lib/facts/credential-formats';

/** Variables whose values are the credentials this process works with. They are blanked wherever they turn up. */
const OWN_CREDENTIALS = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
];

const FORMATS = CREDENTIAL_FORMATS.map(({ kind, pattern }) => ({
  kind,
  // From the first line of a private key on nothing may be shown but what comes behind its last line.
  pattern:
    kind === 'a private key'
      ? new RegExp(`${pattern.source}[\\s\\S]*?(?:-----END (?:[A-Z]+ )*PRIVATE KEY-----|$)`, 'g')
      : new RegExp(pattern.source, 'g'),
}));

/** `password=…`, `"api_key": "…"`, `--token …`: the value behind a name that says it is a credential. */
const ASSIGNMENT = new RegExp(
  `([\\w.-]{0,40}${CREDENTIAL_NAME.source}[\\w.-]{0,20}\\\\?["']?\\s{0,3}[:=]\\s{0,3}(?:\\\\?["'])?)[^\\s"'\\\\,;&}{]{6,}`,
  'gi',
);

/** The same text without what looks like a credential. */
export function redacted(text: string): string {
  let clean = text;
  for (const name of OWN_CREDENTIALS) {
    const value = process.env[name];
    if (value && value.length >= 8) clean = clean.split(value).join('[removed: the credentials of this tool]');
  }
  for (const { kind, pattern } of FORMATS) clean = clean.replace(pattern, `[removed: ${kind}]`);
  return clean.replace(ASSIGNMENT, (...groups: string[]) => {
    const [whole, before] = groups;
    return whole.includes('[removed') ? whole : `${before}[removed: looks like a credential]`;
  });
}

/** A long text is searched in parts, so that no content can make the search take more than linear time. */
const PART = 12_288;
/** Parts overlap by more than a credential is long. */
const OVERLAP = 4_096;

/** Where a text holds a credential of a published format: its kind and line, for a message that must not show it. */
export function firstCredential(text: string): { readonly kind: string; readonly line: number } | undefined {
  for (let begin = 0; begin === 0 || begin + OVERLAP < text.length; begin += PART - OVERLAP) {
    const part = text.slice(begin, begin + PART);
    for (const { kind, pattern } of CREDENTIAL_FORMATS) {
      const found = pattern.exec(part);
      if (found) return { kind, line: text.slice(0, begin + found.index).split('\n').length };
    }
  }
  return undefined;
}
