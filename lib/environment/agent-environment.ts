import type { GraphWidgetProps } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConnectable } from 'aws-cdk-lib/aws-ec2';
import type { IGrantable, IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Duration } from 'aws-cdk-lib/core';
import type { Construct, IConstruct } from 'constructs';
import type { IAgentBaseline } from '../baseline';
import type { IAgentProject } from '../identity/agent-project';

/**
 * Where the commands of one agent run. As a grantee, it represents its execution role. Implemented only by this
 * library, because the checks must be able to read every kind of environment.
 */
export interface IAgentEnvironment extends IConstruct, IConnectable, IGrantable {
  /** The role that commands run under. */
  readonly executionRole: IRole;
  /** Network, keys and logs of the environment. */
  readonly baseline: IAgentBaseline;
  /** The Bedrock project that the environment registers with. */
  readonly project: IAgentProject;
  /** Absolute path of the directory that a session starts in. */
  readonly workspaceDirectory: string;
  /** Absolute paths of the directories with skills and plugins. */
  readonly capabilityDirectories: string[];
  /**
   * Maximum lifetime of the compute of a session. It ends then, even during a turn.
   *
   * @default - not known, or not limited
   */
  readonly maxLifetime?: Duration;

  /**
   * Connects the environment to its agent. Called once, by the agent.
   *
   * @throws InputError if another agent uses the environment
   */
  bind(host: AgentEnvironmentHost): AgentEnvironmentConfig;

  /**
   * The function that starts compute for a session, created in the scope. Called once, by the workflow. The workflow
   * invokes the function after it opened a session, repeats that until the compute is ready, and then sends the
   * message. The function must be idempotent per session. The compute must stop by itself.
   *
   * The function gets `{ turn, sessionId }` and returns `{ status: 'ready' }`, `{ status: 'starting', waitSeconds }` (a
   * whole number, 1 to 900) or `{ status: 'ended', ending: { outcome, reason: { code, message? } } }` with an outcome
   * other than `Completed`. Any other result ends the turn as `Failed` with the code `compute-answer-invalid`.
   *
   * @returns undefined if the service starts the compute
   */
  bindCompute(scope: Construct): IFunction | undefined;

  /** Graphs of the compute for a dashboard, most important first. Empty if there are no metrics. */
  computeGraphs(): GraphWidgetProps[];
}

/** The agent that an environment is joined to. */
export interface AgentEnvironmentHost {
  /** Name of the agent. */
  readonly agentName: string;
  /** The role that BMA assumes for the agent's sessions. */
  readonly sessionRole: IRole;
}

/** The environment of the create-session request, and the permissions of the session role for it. */
export interface AgentEnvironmentConfig {
  /** `type` of the environment in the create-session request. */
  readonly type: string;
  /**
   * Further members of the environment in that request, for example `runtime_arn`. Values may be unresolved.
   *
   * @default - none
   */
  readonly fields?: { [name: string]: string };
  /**
   * Statements for the session role.
   *
   * @default - none
   */
  readonly sessionStatements?: PolicyStatement[];
}
