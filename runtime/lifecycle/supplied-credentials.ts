/**
 * Finds credentials in a request body. The container has its own credentials (the execution role). A request with other
 * credentials is a mistake, or an attempt to make the exec server act as another principal. The whole request is
 * refused.
 */

/** Compared with the key in lower case and without punctuation, so aws_access_key_id, AccessKeyId and access-key match. */
const CREDENTIAL_KEYS =
  /credential|accesskey|secretkey|secretaccess|sessiontoken|securitytoken|bearer|authorization|apikey|passw(or)?d|privatekey|^token$|^secret$/;

/** Published formats of AWS access key ids and Bedrock API keys. */
const CREDENTIAL_VALUES = /(?:^|[^A-Za-z0-9])(?:(?:AKIA|ASIA)[A-Z0-9]{16}|ABSK[A-Za-z0-9+/=]{20,})/;

/** True when a parsed JSON value holds a credential at any depth. Iterative: nesting is bounded by the body limit only. */
export function suppliesCredentials(body: unknown): boolean {
  const pending: unknown[] = [body];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value === 'string') {
      if (CREDENTIAL_VALUES.test(value)) return true;
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, member] of Object.entries(value)) {
        if (!Array.isArray(value) && CREDENTIAL_KEYS.test(key.toLowerCase().replace(/[^a-z0-9]/g, ''))) return true;
        pending.push(member);
      }
    }
  }
  return false;
}
