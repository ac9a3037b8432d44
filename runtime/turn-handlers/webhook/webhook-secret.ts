import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/**
 * How long a secret is cached, and how soon a failed check may read it again (so that a rotated secret works
 * immediately).
 */
const MAX_AGE_MS = 300_000;
const MIN_AGE_MS = 10_000;

/** A shorter secret is refused: with an empty one, anyone could sign. */
const MIN_SECRET_LENGTH = 32;

/** The webhook's secret, stored only in memory. */
export class WebhookSecret {
  private value?: string;
  private readAt = -Infinity;

  constructor(
    private readonly client: SecretsManagerClient,
    private readonly secretArn: string,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Checks a signature with the secret. If the check fails and the secret wasn't read just now, this reads it again and
   * checks once more. Unauthenticated callers can thus cause at most one read in ten seconds per execution environment.
   */
  public async passes(check: (secret: string) => boolean): Promise<boolean> {
    if (this.value === undefined || this.now() - this.readAt > MAX_AGE_MS) {
      await this.read();
    } else if (!check(this.value) && this.now() - this.readAt > MIN_AGE_MS) {
      await this.read();
    }
    return check(this.value!);
  }

  private async read(): Promise<void> {
    const { SecretString } = await this.client.send(new GetSecretValueCommand({ SecretId: this.secretArn }));
    if (!SecretString || SecretString.length < MIN_SECRET_LENGTH) {
      throw new Error(`the webhook secret has fewer than ${MIN_SECRET_LENGTH} characters`);
    }
    this.value = SecretString;
    this.readAt = this.now();
  }
}
