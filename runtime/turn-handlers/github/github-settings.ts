import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { LOCAL_VARIABLES, REVIEW_VARIABLES } from '../../../lib/contracts/handler-variables';
import { setting } from '../turn/settings';
import { GitHubApi } from './github-api';
import type { TokenScope } from './github-credentials';

/** GitHub client from the variables of a function. */
export function gitHubApi(scope: TokenScope): GitHubApi {
  const url = process.env[LOCAL_VARIABLES.gitHubApiUrl];
  return new GitHubApi({
    secrets: new SecretsManagerClient({}),
    secretArn: setting(process.env, REVIEW_VARIABLES.credentialsSecretArn),
    scope,
    ...(url ? { url } : {}),
  });
}
