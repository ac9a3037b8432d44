import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IAgentBaseline } from '../baseline';
import type { AgentCompute, IAgentEnvironment } from '../environment';
import type { IAgentProject } from '../identity/agent-project';
import type { AgentModel } from './agent-model';
import type { AgentTool } from './agent-tool';

/** Properties of a {@link ManagedAgent}. */
export interface ManagedAgentProps {
  /** The model, the only one that the agent may call. */
  readonly model: AgentModel;

  /**
   * The instructions of the agent. They are published as a file that callers of the agent can read, so they must not
   * contain credentials. They can contain unresolved values, such as the name of a bucket.
   */
  readonly instructions: string;

  /**
   * Network, keys, trail and log settings. Not together with `environment`, which has its own.
   *
   * @default - the baseline of `environment`, or a new AgentBaseline
   */
  readonly baseline?: IAgentBaseline;

  /**
   * The execution environment, for one agent only.
   *
   * @default - a new environment of the kind `compute`, in the network of `baseline`
   */
  readonly environment?: IAgentEnvironment;

  /**
   * The kind of compute of the new environment. Not together with `environment`.
   *
   * @default AgentCompute.agentCore()
   */
  readonly compute?: AgentCompute;

  /**
   * Name of the agent, unique in account and Region: a letter, then letters, digits and underscores, at most 48
   * characters. It is also the name of the new Runtime: renaming replaces the Runtime.
   *
   * @default - generated from the construct path
   */
  readonly agentName?: string;

  /**
   * Tools in addition to the commands that the agent can always run in its environment. Every server label must be
   * unique.
   *
   * @default - none
   */
  readonly tools?: AgentTool[];

  /**
   * The Bedrock project that the agent's permissions are limited to. Not together with `environment`, which has its
   * own. A project other than the default is experimental, see {@link AgentProject}.
   *
   * @default - the default project of the account and Region
   */
  readonly project?: IAgentProject;

  /**
   * The role that BMA assumes for the agent's sessions. Your own role must trust only BMA. For a role that this app
   * can't change, synthesis adds a warning with the policy to attach.
   *
   * @default - a role that may call the one model and drive the one Runtime
   */
  readonly sessionRole?: IRole;
}

/** Attributes of an agent that is defined elsewhere. */
export interface ManagedAgentAttributes {
  /** Name of the agent. */
  readonly agentName: string;
  /** ARN of the session role. */
  readonly sessionRoleArn: string;
  /** ARN of the execution role. Grants to the agent are attached to it. */
  readonly executionRoleArn: string;
  /**
   * Id of the Bedrock project.
   *
   * @default 'default'
   */
  readonly projectId?: string;
  /**
   * Where the commands of the agent run, for example `AgentCoreEnvironment.fromAgentCoreEnvironmentAttributes(…)`.
   *
   * @default - not known: `connections` can't be used, and a workflow of the agent needs `baseline`
   */
  readonly environment?: IAgentEnvironment;
  /**
   * ARN of the S3 object that contains the session definition.
   *
   * @default - `grants.driveSessions` does not include reading it
   */
  readonly sessionDefinitionFileArn?: string;
}
