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
   * What the agent is told to do and how. Published as a file that the callers of the agent may read: no credentials.
   * May hold unresolved values such as the name of a bucket.
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
   * @default - one of the kind `compute`, in the network of `baseline`
   */
  readonly environment?: IAgentEnvironment;

  /**
   * The kind of compute of the environment that is made here. Not together with `environment`.
   *
   * @default AgentCompute.agentCore()
   */
  readonly compute?: AgentCompute;

  /**
   * Name of the agent, unique in account and Region: a letter, then letters, digits and underscores, at most 48
   * characters. Also the name of the Runtime made here, which renaming replaces.
   *
   * @default - generated from the construct path
   */
  readonly agentName?: string;

  /**
   * Tools in addition to the commands that the agent can always run in its environment. Every server label once.
   *
   * @default - none
   */
  readonly tools?: AgentTool[];

  /**
   * The Bedrock project that the agent's permissions end at. Not together with `environment`, which has its own. A
   * project other than the default is experimental, see {@link AgentProject}.
   *
   * @default - the default project of the account and Region
   */
  readonly project?: IAgentProject;

  /**
   * The role that BMA assumes for the agent's sessions. A role you bring must trust BMA only; one that this app cannot
   * change yields a warning with the policy to attach.
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
   * @default - not known: `connections` cannot be used, and a workflow of the agent needs `baseline`
   */
  readonly environment?: IAgentEnvironment;
  /**
   * ARN of the S3 object that holds the session definition.
   *
   * @default - `grants.driveSessions` does not include reading it
   */
  readonly sessionDefinitionFileArn?: string;
}
