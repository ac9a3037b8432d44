import { environmentCredentials } from '../session-client/credentials';

/**
 * Stands in for `@aws-sdk/credential-provider-node` in the bundles of the handlers (`alias` in scripts/bundle.mjs).
 * Lambda hands credentials over in the environment; the rest of the chain (SSO, profiles, processes, instance metadata)
 * would be a quarter of the bundle and a way to other credentials than the function's own.
 */
export const defaultProvider = () => environmentCredentials();
