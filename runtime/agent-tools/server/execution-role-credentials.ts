import { fromHttp } from '@aws-sdk/credential-provider-http';
import { fromInstanceMetadata } from '@smithy/credential-provider-imds';
import { environmentCredentials } from '../../session-client/credentials';
import { rememberOwnCredentials } from './own-credentials';

/**
 * Replaces `@aws-sdk/credential-provider-node` in the bundles of the servers (`alias` in scripts/bundle.mjs): the
 * credentials of the execution role and no others. AgentCore offers them at the metadata service of the microVM
 * (docs.aws.amazon.com/bedrock-agentcore/latest/devguide/security-credentials-management.html), other containers at a
 * URL, local runs in the environment.
 *
 * Without profiles, SSO and credential processes: their files are in a HOME that commands of the agent can write to.
 */
export const defaultProvider = () => {
  const credentials = chosenProvider();
  return async () => {
    const found = await credentials();
    rememberOwnCredentials(found);
    return found;
  };
};

function chosenProvider() {
  const { AWS_ACCESS_KEY_ID, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, AWS_CONTAINER_CREDENTIALS_FULL_URI } = process.env;
  if (AWS_ACCESS_KEY_ID) return environmentCredentials();
  if (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI ?? AWS_CONTAINER_CREDENTIALS_FULL_URI) return fromHttp();
  return fromInstanceMetadata({ timeout: 1_000, maxRetries: 2 });
}
