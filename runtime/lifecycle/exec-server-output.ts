/**
 * The output of the exec server can contain command text and responses of the service, so it isn't logged. The few
 * failures that an operator must distinguish are recognized (observed with codex 0.171.0) and logged as one of these
 * reasons.
 */
const REASONS: readonly { readonly pattern: RegExp; readonly reason: (match: RegExpExecArray) => string }[] = [
  { pattern: /failed to load AWS credentials/, reason: () => 'no AWS credentials in the container' },
  {
    pattern: /environment registry (?:authentication|request) failed \((\d{3})/,
    reason: ([, status]) => `the registry answered ${status}`,
  },
  {
    // A 4xx other than 408, 409 and 429 ends Codex; it repeats the handshake after anything else.
    pattern: /failed to connect to exec-server websocket .*: HTTP error: (\d{3})/,
    reason: ([, status]) => `the WebSocket handshake was answered ${status}`,
  },
];

/** The reason that a piece of output shows, or undefined for other output. */
export function classifyExecServerOutput(text: string): string | undefined {
  for (const { pattern, reason } of REASONS) {
    const match = pattern.exec(text);
    if (match) return reason(match);
  }
  return undefined;
}
