import { ECRClient } from '@aws-sdk/client-ecr';
import { SSMClient } from '@aws-sdk/client-ssm';
import { LOCAL_VARIABLES } from '../../../lib/contracts/handler-variables';
import { SessionClient } from '../../../runtime/session-client';
import { defaultCredentialChain } from '../../../runtime/session-client/credential-chain';
import { REQUEST_HANDLER } from '../account/account';
import { AccountClients } from '../verify/clients';

/** Default number of attempts of a call, the same as in the SDK. */
const ATTEMPTS = 3;

/** The clients that read an account, and additional ones of `bma doctor`. */
export class DoctorClients extends AccountClients {
  readonly ssm: SSMClient;
  readonly mantle: SessionClient;
  private readonly registries = new Map<string, ECRClient>();

  constructor(region: string) {
    // The number of attempts is AWS_MAX_ATTEMPTS, or the default of the SDK.
    const options = { requestHandler: REQUEST_HANDLER };
    super(region, options);
    this.ssm = new SSMClient({ region, ...options });
    this.mantle = new SessionClient({
      region,
      endpoint: process.env[LOCAL_VARIABLES.managedAgentsEndpoint],
      credentials: defaultCredentialChain(),
      retry: { maxAttempts: Number(process.env.AWS_MAX_ATTEMPTS) || ATTEMPTS, maxRetryAfterMs: 2_000 },
      timeoutMs: 15_000,
    });
  }

  /** ECR of the Region that an image is in. */
  ecr(region: string): ECRClient {
    const known = this.registries.get(region);
    if (known) return known;
    const client = new ECRClient({ region, requestHandler: REQUEST_HANDLER });
    this.registries.set(region, client);
    return client;
  }

  override close(): void {
    super.close();
    this.ssm.destroy();
    this.mantle.close();
    this.registries.forEach((client) => client.destroy());
  }
}
