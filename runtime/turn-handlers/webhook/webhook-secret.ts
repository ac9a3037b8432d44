import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** How long a read secret is used, and how soon a failed check may read it again (a rotated secret works at once). */
const MAX_AGE_MS = 300_000;
const MIN_AGE_MS = 10_000;

/** A secret shorter than this is no secret, and an empty one would let everybody sign. */
const MIN_SECRET_LENGTH = 32;

/** The webhook's secret, kept in memory only. */
export class WebhookSecret {
  private value?: string;
  private readAt = -Infinity;

  constructor(
    private readonly client: SecretsManagerClient,
    private readonly secretArn: string,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Checks against the secret. If the check fails and the secret was not read just now, reads it again and checks once
   * more. Strangers can thus cause at most one read in ten seconds per execution environment.
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
