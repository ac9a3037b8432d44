import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { ACCOUNT_EXIT } from '../account-command';
import { kindOfFailure } from '../account/call-failure';
import { CommandError } from '../command';
import type { AccountClients } from './clients';

/** The account of the credentials. @throws CommandError when AWS accepts none */
export async function callerAccount({ sts }: AccountClients): Promise<string> {
  try {
    return (await sts.send(new GetCallerIdentityCommand({}))).Account!;
  } catch (problem) {
    const { name, message } = problem as Error;
    // This call needs no permission: a refusal means that the credentials are invalid.
    const kind = kindOfFailure(problem as Error);
    if (kind === 'throttled' || kind === 'unreachable' || kind === 'service') throw problem;
    throw new CommandError(
      ACCOUNT_EXIT.noCredentials,
      `AWS accepts no credentials (${name}: ${message}). Fix: sign in, or set AWS_PROFILE.`,
    );
  }
}
