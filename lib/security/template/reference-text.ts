/**
 * How a reference is written in resolved text: `${<source id>#<logical id>}` for `Ref` and
 * `${<source id>#<logical id>.<attribute>}` for `Fn::GetAtt`. Everything else that only the deployment knows is written
 * `${…}` without a `#`. So text that holds no `${` is literal, and equal text means equal values.
 */
export interface Reference {
  readonly sourceId: string;
  readonly logicalId: string;
  /** Undefined for `Ref`. */
  readonly attribute?: string;
}

const REFERENCE = /\$\{([^#}]+)#([A-Za-z0-9]+)(?:\.([^}]+))?\}/g;

/** Writes a reference. */
export function referenceText(sourceId: string, logicalId: string, attribute?: string): string {
  return attribute === undefined ? `\${${sourceId}#${logicalId}}` : `\${${sourceId}#${logicalId}.${attribute}}`;
}

/** The references in a text, in order. */
export function referencesIn(text: string): Reference[] {
  return [...text.matchAll(REFERENCE)].map((match) => ({
    sourceId: match[1],
    logicalId: match[2],
    attribute: match[3],
  }));
}

/** The reference that a text consists of, if it is nothing else. */
export function soleReference(text: string): Reference | undefined {
  const references = referencesIn(text);
  return references.length === 1 && /^\$\{[^}]+\}$/.test(text) ? references[0] : undefined;
}

/** True when a text has no part that only the deployment knows. */
export function isLiteral(text: string): boolean {
  return !text.includes('${');
}

/** Splits at a delimiter, but never inside `${…}`. */
export function splitText(delimiter: string, text: string): string[] {
  const parts = [''];
  for (let at = 0; at < text.length;) {
    const end = text.startsWith('${', at) ? text.indexOf('}', at) + 1 : 0;
    if (end > 0) {
      parts[parts.length - 1] += text.slice(at, end);
      at = end;
    } else if (text.startsWith(delimiter, at)) {
      parts.push('');
      at += delimiter.length;
    } else {
      parts[parts.length - 1] += text[at];
      at += 1;
    }
  }
  return parts;
}
