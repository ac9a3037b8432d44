import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * True when GitHub signed exactly these bytes with the secret. Compares digests of equal length in constant time.
 *
 * Source: docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries (`X-Hub-Signature-256`: `sha256=` and the
 * hexadecimal HMAC-SHA256 of the raw body).
 */
export function isSignedBy(secret: string, body: Buffer, signature: string): boolean {
  const claimed = SIGNATURE.exec(signature)?.[1];
  if (!claimed) {
    return false;
  }
  const expected = createHmac('sha256', secret).update(body).digest();
  return timingSafeEqual(expected, Buffer.from(claimed, 'hex'));
}

/** The format of the header; other values are refused before the secret is read. */
export const SIGNATURE = /^sha256=([0-9a-f]{64})$/;
