/** The variables that a function gets in addition to those of its template: addresses of this machine, credentials. */
import { LOCAL_VARIABLES } from '../../lib/contracts/handler-variables';
import type { LocalService } from '../service';
import type { DeployedResource, Deployment } from './deployment';
import { variablesOf } from './functions';
import { Stores } from './stores';

export function functionEnvironment(
  { arn, properties }: DeployedResource,
  service: LocalService,
  deployment: Deployment,
  url: string,
): Record<string, string> {
  const {
    accessKeyId,
    secretAccessKey,
    sessionToken = '',
  } = service.credentialsFor(String(properties.Role), undefined, arn);
  // The S3-compatible server checks signatures, too.
  Stores.admit({ accessKeyId, secretAccessKey });
  return {
    ...queueVariables(properties, deployment, url),
    AWS_ENDPOINT_URL: url,
    AWS_REGION: deployment.place.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    [LOCAL_VARIABLES.s3PathStyle]: 'true',
    [LOCAL_VARIABLES.managedAgentsEndpoint]: service.url,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

/** The client of Amazon SQS uses the host in the URL of the queue, ignoring the configured endpoint. */
function queueVariables(
  properties: DeployedResource['properties'],
  deployment: Deployment,
  url: string,
): Record<string, string> {
  const urls = new Set(deployment.all('AWS::SQS::Queue').map(({ ref }) => ref));
  return Object.fromEntries(
    Object.entries(variablesOf({ properties }))
      .filter(([, value]) => urls.has(value))
      .map(([name, value]) => [name, url + new URL(value).pathname]),
  );
}
