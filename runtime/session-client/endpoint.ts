import { RequestInputError } from './errors';

/** SigV4 signing name of the service. Source: bedrock-managed-agents-openai-api-reference.html, read 2026-11-23. */
export const SIGNING_NAME = 'bedrock-mantle';

/** Public endpoint of a Region. With a private-DNS interface endpoint the same name resolves inside the VPC. */
export function regionalEndpoint(region: string): URL {
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) {
    throw new RequestInputError('region', 'is not a Region name', 'give a name such as us-east-1');
  }
  return new URL(`https://${SIGNING_NAME}.${region}.api.aws`);
}

/**
 * An endpoint given by the caller: an https origin, or plain http to this machine only (the local service).
 * Requests carry a session token, so nothing may cross a network unencrypted.
 */
export function endpointOverride(value: string): URL {
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    throw new RequestInputError(
      'endpoint',
      'is not a URL',
      'give an origin such as https://host or http://127.0.0.1:8081',
    );
  }
  if (url.username || url.password || url.search || url.hash || url.pathname !== '/') {
    throw new RequestInputError('endpoint', 'is more than an origin', 'leave out user, path, query and fragment');
  }
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return url;
  throw new RequestInputError(
    'endpoint',
    'is not encrypted and not on this machine',
    'use https; http is for loopback addresses only',
  );
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
