import { environmentCredentials } from '../session-client/credentials';

/**
 * Replaces `@aws-sdk/credential-provider-node` in the bundles of the handlers (`alias` in scripts/bundle.mjs). Lambda
 * sets credentials in the environment. The rest of the chain (SSO, profiles, processes, instance metadata) would be a
 * quarter of the bundle, and could find other credentials than the function's own.
 */
export const defaultProvider = () => environmentCredentials();
