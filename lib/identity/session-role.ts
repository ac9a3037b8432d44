import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { IAgentProject } from './agent-project';
import { BEARER_TOKEN_ACTIONS, INFERENCE_ACTIONS, MANTLE_SERVICE_PRINCIPAL, RUNTIME_DRIVE_ACTIONS } from './perms';
import { confinedToThisRegion } from './service-trust';

/** The role that BMA assumes for the agent's sessions: model calls, and driving the Runtime. */
export function createSessionRole(scope: Construct, id: string): Role {
  return new Role(scope, id, {
    description: 'Session role of a managed agent: assumed by Bedrock Managed Agents only',
    assumedBy: new ServicePrincipal(MANTLE_SERVICE_PRINCIPAL, {
      conditions: confinedToThisRegion(scope, 'bedrock-mantle'),
    }),
  });
}

/** Where the session role's permissions end: one model, one project, one Runtime with one endpoint. */
export interface SessionReach {
  readonly modelId: string;
  readonly project: IAgentProject;
  readonly runtimeArn: string;
  readonly endpointArn: string;
}

/** Everything the session role may do. */
export function sessionStatements(reach: SessionReach): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'CallOneModel',
      actions: INFERENCE_ACTIONS,
      resources: [reach.project.projectArn],
      conditions: { StringEquals: { 'bedrock-mantle:Model': reach.modelId } },
    }),
    new PolicyStatement({
      sid: 'DriveOwnRuntime',
      actions: RUNTIME_DRIVE_ACTIONS,
      // An invoke and a stop with a qualifier are authorised on the Runtime and on its endpoint.
      resources: [reach.runtimeArn, reach.endpointArn],
    }),
    new PolicyStatement({
      sid: 'NoBearerTokens',
      effect: Effect.DENY,
      actions: BEARER_TOKEN_ACTIONS,
      // A denial is meant to cover everything.
      resources: ['*'],
    }),
  ];
}
