import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { PhysicalName } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { IAgentProject } from './agent-project';
import { MANTLE_SERVICE_PRINCIPAL } from '../facts/service-principals';
import { BEARER_TOKEN_ACTIONS, INFERENCE_ACTIONS } from './perms';
import { confinedToThisRegion } from './service-trust';

/** The role that BMA assumes for the agent's sessions, to call the model and the Runtime. */
export function createSessionRole(scope: Construct, id: string): Role {
  return new Role(scope, id, {
    // Allows the audit trail of another Region to name the role in an alarm. Otherwise, CloudFormation generates the
    // name.
    roleName: PhysicalName.GENERATE_IF_NEEDED,
    description: 'Session role of a managed agent: assumed by Bedrock Managed Agents only',
    assumedBy: new ServicePrincipal(MANTLE_SERVICE_PRINCIPAL, {
      conditions: confinedToThisRegion(scope, 'bedrock-mantle'),
    }),
  });
}

/** The limits of the session role's permissions: one model, one project, one environment. */
export interface SessionReach {
  readonly modelId: string;
  readonly project: IAgentProject;
  /** The permissions that the environment of the agent needs. */
  readonly environment: PolicyStatement[];
}

/** All permissions of the session role. */
export function sessionStatements(reach: SessionReach): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'CallOneModel',
      actions: INFERENCE_ACTIONS,
      resources: [reach.project.projectArn],
      conditions: { StringEquals: { 'bedrock-mantle:Model': reach.modelId } },
    }),
    ...reach.environment,
    new PolicyStatement({
      sid: 'NoBearerTokens',
      effect: Effect.DENY,
      actions: BEARER_TOKEN_ACTIONS,
      // A denial is meant to cover everything.
      resources: ['*'],
    }),
  ];
}
