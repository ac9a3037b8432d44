/**
 * The form of an identifier in a turn's subject and trigger, which allow only visible ASCII. Names of some resources
 * have spaces, umlauts and other letters (alarms of CloudWatch, for example); those are written percent-encoded, and so
 * is the percent sign itself. Pure, so that handlers may bundle it.
 */

/** The identifier in visible ASCII. Identifiers in visible ASCII without a percent sign stay unchanged. */
export function factText(identifier: string): string {
  return identifier.replace(/\p{Cs}/gu, '\ufffd').replace(/[^\x21-\x24\x26-\x7e]+/gu, encodeURIComponent);
}

/** The identifier that {@link factText} wrote. Any other text is returned unchanged. */
export function identifierOf(fact: string): string {
  try {
    return decodeURIComponent(fact);
  } catch {
    return fact;
  }
}
