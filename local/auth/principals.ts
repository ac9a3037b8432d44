/** The accepted access keys and the identity of each. */
import { createHash } from 'node:crypto';

/** An accepted key. */
export interface KnownKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Set for temporary credentials: the request must carry exactly this token. */
  readonly sessionToken?: string;
  /** Unix milliseconds; after this time, the token is refused as expired. */
  readonly expiresAt?: number;
  /** The IAM role (or user) of the key. */
  readonly principalArn: string;
  /** Lambda function with the key in its execution environment. */
  readonly sourceFunctionArn?: string;
}

/** The credentials of a client. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export class PrincipalRegistry {
  private readonly keys = new Map<string, KnownKey>();

  public constructor(private readonly salt: string) {}

  public add(key: KnownKey): Credentials {
    this.keys.set(key.accessKeyId, key);
    return { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey, sessionToken: key.sessionToken };
  }

  public find(accessKeyId: string): KnownKey | undefined {
    return this.keys.get(accessKeyId);
  }

  /**
   * Temporary credentials of a role, as an assumed role would have them. They are derived from the service's salt, so
   * two services never accept each other's keys.
   */
  public temporary(principalArn: string, expiresAt?: number, sourceFunctionArn?: string): Credentials {
    const derive = (purpose: string): string =>
      createHash('sha256')
        .update([this.salt, purpose, principalArn, expiresAt ?? '', sourceFunctionArn ?? ''].join('\n'))
        .digest('hex');
    return this.add({
      accessKeyId: `ASIA${derive('id').slice(0, 16).toUpperCase()}`,
      secretAccessKey: derive('secret').slice(0, 40),
      sessionToken: `local-${derive('token')}`,
      expiresAt,
      principalArn,
      sourceFunctionArn,
    });
  }
}
