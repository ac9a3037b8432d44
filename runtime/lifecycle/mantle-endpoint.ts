import { RequestFailure } from './failure';

/** SigV4 signing name of Managed Agents. */
export const MANTLE_SERVICE = 'bedrock-mantle';

const REGION = /^[a-z]{2,3}(-[a-z]+)+-[0-9]{1,2}$/;
const MANTLE_ORIGIN = /^https:\/\/bedrock-mantle\.([a-z0-9-]+)\.api\.aws$/;
const LOOPBACK_HOSTS = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Where the exec server registers, and the Region its requests are signed for. */
export interface MantleEndpoint {
  readonly endpoint: string;
  readonly region: string;
}

/**
 * Checks the endpoint of a request. The exec server sends signed requests there and then takes commands from it, so
 * only the service itself is accepted. A loopback address is accepted only if the operator of the container allowed it.
 *
 * @throws RequestFailure 400
 */
export function checkedMantleEndpoint(
  given: { readonly endpoint?: string; readonly region?: string },
  defaults: { readonly region?: string; readonly allowLoopback: boolean },
): MantleEndpoint {
  const endpoint = given.endpoint === undefined ? undefined : origin(given.endpoint);
  const endpointRegion = endpoint === undefined ? undefined : MANTLE_ORIGIN.exec(endpoint)?.[1];
  const region = given.region ?? endpointRegion ?? defaults.region;
  if (region === undefined || !REGION.test(region)) {
    throw new RequestFailure(400, 'region must be the name of an AWS Region');
  }
  if (endpoint === undefined) {
    return { endpoint: `https://${MANTLE_SERVICE}.${region}.api.aws`, region };
  }
  if (endpointRegion !== undefined) {
    if (endpointRegion !== region) throw new RequestFailure(400, 'endpoint and region name different Regions');
    return { endpoint, region };
  }
  if (defaults.allowLoopback && isLoopback(endpoint)) return { endpoint, region };
  throw new RequestFailure(400, 'endpoint must be https://bedrock-mantle.<region>.api.aws');
}

/** The origin of a URL that consists only of an origin: no user, path, query or fragment. */
function origin(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new RequestFailure(400, 'endpoint must be an absolute URL');
  }
  const bare = (url.protocol === 'https:' || url.protocol === 'http:') && !url.username && !url.password;
  if (!bare || url.pathname !== '/' || url.search || url.hash || /[?#]/.test(text)) {
    throw new RequestFailure(400, 'endpoint must be an origin without user, path, query and fragment');
  }
  return url.origin;
}

function isLoopback(endpoint: string): boolean {
  return LOOPBACK_HOSTS.has(new URL(endpoint).hostname);
}
