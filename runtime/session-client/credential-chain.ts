/**
 * The full AWS credential chain (environment, profile, SSO, web identity, container, instance) for the operator CLI.
 *
 * Not exported by index.ts: a Lambda handler imports only index.ts, so it never bundles the chain.
 */
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { CredentialsProvider } from './credentials';
import { CredentialsError } from './errors';

/** Which named profile the chain reads. */
export interface CredentialChainOptions {
  /** @default AWS_PROFILE, then `default` */
  readonly profile?: string;
}

/** A provider that resolves the chain, keeps the result and refreshes it before it expires. */
export function defaultCredentialChain(options: CredentialChainOptions = {}): CredentialsProvider {
  const provider = defaultProvider(options.profile === undefined ? {} : { profile: options.profile });
  return async () => {
    try {
      return await provider();
    } catch {
      // The cause is dropped: a credential_process or SSO failure may quote what it read.
      throw new CredentialsError(
        'No AWS credentials were found. Sign in (aws sso login), set AWS_PROFILE, or run `aws sts get-caller-identity` to see why.',
      );
    }
  };
}
