import { CredentialsError } from './errors';
import type { ClientLogger } from './logger';

/** Credentials to sign with; temporary ones carry a session token. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Called before every attempt, so that rotated credentials are picked up. A provider does its own caching. */
export type CredentialsProvider = () => Promise<Credentials>;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The credentials Lambda puts into the environment of a function.
 *
 * Four lines instead of `@aws-sdk/credential-provider-env`, which brings `@aws-sdk/core` into every handler's bundle
 * (measured in docs/benchmarks.md). All other credentials come from the chain in `credential-chain.ts`.
 */
export function environmentCredentials(environment: Environment = process.env): CredentialsProvider {
  return () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = environment;
    if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
      return Promise.reject(
        new CredentialsError(
          'The environment holds no AWS credentials (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY). ' +
            'In Lambda they are always set; elsewhere pass `credentials: defaultCredentialChain()`.',
        ),
      );
    }
    return Promise.resolve({
      accessKeyId: AWS_ACCESS_KEY_ID,
      secretAccessKey: AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
    });
  };
}

/** Environment variables that make other clients send a bearer token instead of a signature. */
const BEARER_TOKEN_VARIABLES = ['AWS_BEARER_TOKEN_BEDROCK', 'OPENAI_API_KEY'];

/** Logs once, by name only, that a bearer token in the environment is not used: this client always signs. */
export function warnAboutBearerTokens(logger: ClientLogger, environment: Environment): void {
  const present = BEARER_TOKEN_VARIABLES.filter((name) => environment[name]);
  if (present.length === 0) return;
  logger.warn('Bearer tokens in the environment are ignored: requests are signed with SigV4', {
    variables: present.join(','),
  });
}
