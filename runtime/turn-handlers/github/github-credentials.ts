import { createSign } from 'node:crypto';
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/v4-mini';

/**
 * The permissions that a function requests from GitHub. An app's token is limited to them; a fine-grained token has the
 * permissions that its owner chose.
 */
export interface TokenScope {
  readonly contents?: 'read';
  readonly pull_requests: 'read' | 'write';
  readonly checks?: 'write';
}

/** The secret's value. Anything else is refused without being quoted. */
const SECRET = z.union([
  z.strictObject({ token: z.string().check(z.minLength(20), z.regex(/^[\x21-\x7e]+$/)) }),
  z.strictObject({
    appId: z.union([z.string().check(z.regex(/^[\w.-]{1,64}$/)), z.int()]),
    installationId: z.union([z.string().check(z.regex(/^\d{1,20}$/)), z.int()]),
    privateKey: z.string().check(z.regex(/-----BEGIN (RSA )?PRIVATE KEY-----/)),
  }),
]);
type Secret = z.infer<typeof SECRET>;

/** How long a secret is cached: a rotated one is used after this time at the latest. */
const SECRET_AGE_MS = 300_000;

/** An installation token is replaced this long before it expires. It is valid for an hour. */
const EARLY_MS = 300_000;

/** GitHub accepts tokens of an app that are valid for at most ten minutes; its clock may be behind ours. */
const CLOCK_SKEW_SECONDS = 60;
const APP_TOKEN_SECONDS = 540;

/** Exchanges the app's own token for one of its installation. */
export type TokenExchange = (
  installationId: string,
  appToken: string,
  repository: string,
  scope: TokenScope,
) => Promise<{ readonly token: string; readonly expiresAt: number }>;

/** Tokens for GitHub, in memory only. */
export class GitHubCredentials {
  private secret?: { readonly value: Secret; readonly readAt: number };
  private readonly tokens = new Map<string, { readonly token: string; readonly expiresAt: number }>();

  constructor(
    private readonly client: SecretsManagerClient,
    private readonly secretArn: string,
    private readonly scope: TokenScope,
    private readonly exchange: TokenExchange,
    private readonly now: () => number = Date.now,
  ) {}

  /** A token that works on one repository. */
  async token(repository: string): Promise<string> {
    const secret = await this.read();
    if ('token' in secret) return secret.token;
    const known = this.tokens.get(repository);
    if (known && known.expiresAt - EARLY_MS > this.now()) return known.token;
    const fresh = await this.exchange(String(secret.installationId), this.signed(secret), repository, this.scope);
    this.tokens.set(repository, fresh);
    return fresh.token;
  }

  /** The app's token, or undefined if a personal token is used. */
  async appToken(): Promise<string | undefined> {
    const secret = await this.read();
    return 'token' in secret ? undefined : this.signed(secret);
  }

  /** Clears the cache after GitHub has refused a token. */
  forget(): void {
    this.secret = undefined;
    this.tokens.clear();
  }

  /** Source: docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app */
  private signed({ appId, privateKey }: Exclude<Secret, { token: string }>): string {
    const now = Math.floor(this.now() / 1000);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { iat: now - CLOCK_SKEW_SECONDS, exp: now + APP_TOKEN_SECONDS, iss: String(appId) };
    const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
    return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
  }

  private async read(): Promise<Secret> {
    if (this.secret && this.now() - this.secret.readAt < SECRET_AGE_MS) return this.secret.value;
    const { SecretString } = await this.client.send(new GetSecretValueCommand({ SecretId: this.secretArn }));
    const value = secretOf(SecretString);
    this.secret = { value, readAt: this.now() };
    return value;
  }
}

function secretOf(text: string | undefined): Secret {
  let json: unknown;
  try {
    json = JSON.parse(text ?? '');
  } catch {
    json = undefined;
  }
  const parsed = SECRET.safeParse(json);
  if (!parsed.success) {
    throw new Error('The GitHub secret is neither {"token": …} nor {"appId": …, "installationId": …, "privateKey": …}');
  }
  return parsed.data;
}
