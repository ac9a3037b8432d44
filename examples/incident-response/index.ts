import type { App, Environment } from 'aws-cdk-lib/core';
import { acknowledgeBlueprintFindings } from '../reviewed-findings';
import { IncidentNetworkStack } from './incident-network-stack';
import { IncidentResponseStack } from './incident-response-stack';

/** Adds the stacks of the example to an app. */
export function addIncidentResponse(app: App, env: Environment) {
  const network = new IncidentNetworkStack(app, 'IncidentNetwork', { env });
  const responder = new IncidentResponseStack(app, 'IncidentResponse', { env, network: network.network });
  [network, responder].forEach(acknowledgeBlueprintFindings);
  return { network, responder };
}
