import type * as ecr from 'aws-cdk-lib/aws-ecr';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { IAgentProject } from './agent-project';
import { AGENTCORE_SERVICE_PRINCIPAL } from '../facts/service-principals';
import {
  BEARER_TOKEN_ACTIONS,
  EXECUTION_ROLE_DENIED_ACTIONS,
  IMAGE_LOGIN_ACTIONS,
  IMAGE_PULL_ACTIONS,
  LOG_STREAM_ACTIONS,
  MANTLE_ENVIRONMENT_ACTIONS,
} from './perms';
import { confinedToThisRegion } from './service-trust';

/** The role of the Runtime and of every command of the agent. */
export function createExecutionRole(scope: Construct, id: string): Role {
  return new Role(scope, id, {
    description: 'Execution role of a managed agent: what commands and tools inside its environment may do',
    assumedBy: new ServicePrincipal(AGENTCORE_SERVICE_PRINCIPAL, {
      conditions: confinedToThisRegion(scope, 'bedrock-agentcore'),
    }),
  });
}

/** Permissions that the Runtime needs to start: pulling its image, and the connection of its exec server to BMA. */
export function environmentStatements(project: IAgentProject, repository: ecr.IRepository): PolicyStatement[] {
  return [
    new PolicyStatement({
      sid: 'ConnectToManagedAgents',
      actions: MANTLE_ENVIRONMENT_ACTIONS,
      resources: [project.projectArn],
    }),
    new PolicyStatement({ sid: 'PullImage', actions: IMAGE_PULL_ACTIONS, resources: [repository.repositoryArn] }),
    new PolicyStatement({
      sid: 'LogInToRegistry',
      actions: IMAGE_LOGIN_ACTIONS,
      // No resource-level form exists: see RESOURCELESS_ACTIONS in perms.ts.
      resources: ['*'],
    }),
    new PolicyStatement({
      sid: 'NeverStartAgentsOrPassRoles',
      effect: Effect.DENY,
      actions: [...EXECUTION_ROLE_DENIED_ACTIONS, ...BEARER_TOKEN_ACTIONS],
      // A denial is meant to cover everything.
      resources: ['*'],
    }),
  ];
}

/**
 * Permissions to write to the agent's own log group. The L2 construct grants the log groups of every Runtime; this
 * library doesn't.
 */
export function logStatements(scope: Construct, logGroupName: string): PolicyStatement[] {
  const arn = `arn:${Stack.of(scope).partition}:logs:${Stack.of(scope).region}:${Stack.of(scope).account}:log-group:${logGroupName}`;
  return [
    new PolicyStatement({
      sid: 'WriteOwnLogGroup',
      actions: LOG_STREAM_ACTIONS,
      // The group itself (DescribeLogStreams) and the streams inside it (CreateLogStream, PutLogEvents).
      resources: [arn, `${arn}:*`],
    }),
  ];
}
