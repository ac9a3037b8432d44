import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { Duration } from 'aws-cdk-lib/core';
import type { IAgentBaseline } from '../baseline';
import type { IAgentProject } from '../identity/agent-project';
import type { AgentImage } from './agent-image';
import type { RuntimeCapacity } from './runtime-capacity';

/** Properties of an {@link AgentCoreEnvironment}. */
export interface AgentCoreEnvironmentProps {
  /**
   * Network, keys and log settings. The Runtime is placed in its network, and the log group is under its data key. AgentCore
   * offers no customer-managed key for the Runtime itself, its environment variables or its session storage.
   *
   * @default - a new AgentBaseline
   */
  readonly baseline?: IAgentBaseline;

  /**
   * Name of the Runtime, which is also the first part of its id, its log group and its metrics.
   * A letter, then letters, digits and underscores; at most 48 characters. Renaming replaces the Runtime.
   *
   * @default - generated from the construct path
   */
  readonly runtimeName?: string;

  /**
   * The container image.
   *
   * @default AgentImage.bundled()
   */
  readonly image?: AgentImage;

  /**
   * The role of the Runtime and of every command in it. AgentCore must be able to assume your own role. For a role that
   * this app can't change, synthesis adds a warning with the policy to attach.
   *
   * @default - a role with only the permissions that the Runtime needs
   */
  readonly executionRole?: IRole;

  /**
   * The Bedrock project that the environment registers with.
   *
   * @default - the default project of the account and Region
   */
  readonly project?: IAgentProject;

  /**
   * Storage and platform generation of sessions.
   *
   * @default RuntimeCapacity.microVm()
   */
  readonly capacity?: RuntimeCapacity;

  /**
   * Directory that a session starts in. Absolute.
   *
   * @default - `workspace` below the session storage, or `/tmp/workspace` without session storage
   */
  readonly workspaceDirectory?: string;

  /**
   * Directories with skills and plugins in the image. Absolute, unique, at most 32.
   *
   * @default ['/opt/agent/skills']
   */
  readonly capabilityDirectories?: string[];

  /**
   * Environment variables of the container, at most 50. Values are visible in the template and in the console, so names
   * and values that look like a credential are refused.
   *
   * @default - only those that name the directories for the lifecycle server
   */
  readonly environmentVariables?: { [name: string]: string };

  /**
   * Idle time after which the compute of a session is stopped. 60 seconds to 8 hours.
   *
   * @default Duration.minutes(30)
   */
  readonly idleTimeout?: Duration;

  /**
   * Maximum lifetime of the compute of a session. 60 seconds to 8 hours, not below the idle timeout.
   *
   * @default Duration.hours(8)
   */
  readonly maxLifetime?: Duration;
}

/** Attributes of an environment that is defined elsewhere. */
export interface AgentCoreEnvironmentAttributes {
  /** ARN of the AgentCore Runtime. */
  readonly runtimeArn: string;
  /** ARN of the role that commands run under. */
  readonly executionRoleArn: string;
  /** The baseline whose network the Runtime is placed in. */
  readonly baseline: IAgentBaseline;
  /**
   * Name of the Runtime.
   *
   * @default - taken from the ARN; required when the ARN is known at deployment only
   */
  readonly runtimeName?: string;
  /**
   * Name of the Runtime's endpoint that sessions use.
   *
   * @default AgentCoreEnvironment.ENDPOINT_NAME
   */
  readonly endpointName?: string;
  /**
   * Id of the Bedrock project.
   *
   * @default 'default'
   */
  readonly projectId?: string;
  /**
   * Security group of the Runtime.
   *
   * @default - `connections` cannot be used
   */
  readonly securityGroup?: ISecurityGroup;
  /**
   * Directory that a session starts in.
   *
   * @default '/mnt/agent/workspace'
   */
  readonly workspaceDirectory?: string;
  /**
   * Directories with skills and plugins.
   *
   * @default - none
   */
  readonly capabilityDirectories?: string[];
  /**
   * Maximum lifetime of the compute of a session (`maxLifetime`). A workflow refuses a longer `turnDeadline`.
   *
   * @default - not known, and not compared
   */
  readonly maxLifetime?: Duration;
}
