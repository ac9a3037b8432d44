import type { Connections, IConnectable } from 'aws-cdk-lib/aws-ec2';
import type { IGrantable, IPrincipal, IRole } from 'aws-cdk-lib/aws-iam';
import { Resource, type IResource } from 'aws-cdk-lib/core';
import type { IAgentEnvironment } from '../environment';
import type { IAgentProject } from '../identity/agent-project';
import { ManagedAgentGrants } from './managed-agent-grants';

/** Where the session definition of an agent is published. */
export interface SessionDefinitionReference {
  /** Name of the SSM parameter that points to it, in the account and Region of the agent. */
  readonly parameterName: string;
  /**
   * ARN of the S3 object that contains it.
   *
   * @default - not known, as for an imported agent
   */
  readonly fileArn?: string;
}

/**
 * A managed agent, defined here or elsewhere.
 *
 * As a grantee, it represents its execution role: `bucket.grantRead(agent)` means "the agent may read the bucket".
 */
export interface IManagedAgent extends IResource, IGrantable, IConnectable {
  /** Name of the agent, unique in account and Region. */
  readonly agentName: string;
  /** The role that BMA assumes for the agent's sessions. */
  readonly sessionRole: IRole;
  /** The role that the agent's commands run under. */
  readonly executionRole: IRole;
  /** The Bedrock project that the agent's permissions are limited to. */
  readonly project: IAgentProject;
  /** Where commands run; undefined for an imported agent whose environment isn't known. */
  readonly environment?: IAgentEnvironment;
  /** Where the session definition is published. */
  readonly sessionDefinition: SessionDefinitionReference;
  /** Permissions to drive sessions directly. */
  readonly grants: ManagedAgentGrants;
}

/**
 * The common base of defined and imported agents.
 *
 * @internal
 */
export abstract class ManagedAgentBase extends Resource implements IManagedAgent {
  public abstract readonly agentName: string;
  public abstract readonly sessionRole: IRole;
  public abstract readonly executionRole: IRole;
  public abstract readonly project: IAgentProject;
  public abstract readonly environment?: IAgentEnvironment;
  public abstract readonly sessionDefinition: SessionDefinitionReference;
  public abstract readonly grantPrincipal: IPrincipal;
  public abstract readonly connections: Connections;

  public readonly grants: ManagedAgentGrants = ManagedAgentGrants.fromManagedAgent(this);
}
