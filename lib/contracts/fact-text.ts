/**
 * How an identifier stands in a turn's subject and trigger, which hold visible ASCII only. Names of some resources have
 * spaces, umlauts and other letters (alarms of CloudWatch, for example); those are written percent-encoded, and so is the
 * percent sign itself. Pure, so that handlers may bundle it.
 */

/** The identifier in visible ASCII. Identifiers that are visible ASCII without a percent sign stay as they are. */
export function factText(identifier: string): string {
  return identifier.replace(/\p{Cs}/gu, '\ufffd').replace(/[^\x21-\x24\x26-\x7e]+/gu, encodeURIComponent);
}

/** The identifier that {@link factText} wrote. A text that it cannot have written is returned as it is. */
export function identifierOf(fact: string): string {
  try {
    return decodeURIComponent(fact);
  } catch {
    return fact;
  }
}
