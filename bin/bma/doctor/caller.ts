import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { kindOfFailure } from '../account/call-failure';
import type { AccountClients } from '../verify/clients';
import { fail, type Judgement, ok } from './check';
import { ask, Unanswered } from './unanswered';

/** The caller, or why there is none. */
export interface Caller {
  readonly judgement: Judgement;
  /** Undefined if AWS accepted no credentials. */
  readonly identity?: { readonly account: string; readonly arn: string };
}

/** Checks the credentials. This needs no permission. */
export async function callerOf({ sts }: AccountClients): Promise<Caller> {
  try {
    const { Account: account, Arn: arn } = await ask(
      'sts:GetCallerIdentity',
      sts.send(new GetCallerIdentityCommand({})),
      ...CREDENTIAL_ERRORS,
    );
    return { judgement: ok(arn!), identity: { account: account!, arn: arn! } };
  } catch (problem) {
    if (problem instanceof Unanswered) return { judgement: problem.judgement };
    const { name } = problem as Error;
    const kind = kindOfFailure(problem as Error);
    if (kind !== 'credentials' && kind !== 'refused credentials') throw problem;
    return {
      judgement: fail(
        kind === 'credentials' ? 'no credentials were found' : `AWS refuses the credentials (${name})`,
        'aws sso login, or set AWS_PROFILE; then: aws sts get-caller-identity',
      ),
    };
  }
}

/** Error names of STS and the credential chain for missing or invalid credentials. */
const CREDENTIAL_ERRORS = [
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'SignatureDoesNotMatch',
  'InvalidAccessKeyId',
  'IncompleteSignature',
];
