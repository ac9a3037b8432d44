import type { IConnectable } from 'aws-cdk-lib/aws-ec2';
import type { IGrantable, IRole } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IConstruct } from 'constructs';
import type { IAgentProject } from '../identity/agent-project';
import type { IAgentNetwork } from '../network';

/** Where the commands and tools of a managed agent run. The grantee is the execution role. */
export interface IAgentEnvironment extends IConstruct, IConnectable, IGrantable {
  /** The role that commands inside the environment work under. */
  readonly executionRole: IRole;
  /** The network that the environment is placed in. */
  readonly network: IAgentNetwork;
  /** The Bedrock project that the environment registers with. */
  readonly project: IAgentProject;
  /** ARN of the AgentCore Runtime. */
  readonly runtimeArn: string;
  /** Name of the AgentCore Runtime. */
  readonly runtimeName: string;
  /** ARN of the endpoint that sessions use. */
  readonly endpointArn: string;
  /** Name of the endpoint that sessions use (the runtime qualifier). */
  readonly endpointName: string;
  /** The log group of the environment. */
  readonly logGroup: ILogGroup;
  /** Absolute path of the directory that a session starts in. */
  readonly workspaceDirectory: string;
  /** Absolute paths of the directories with skills and plugins. */
  readonly capabilityDirectories: string[];

  /**
   * Makes this role the only principal that may invoke or stop the environment. Called by the agent.
   *
   * @throws InputError when another role was admitted before: one environment serves one agent.
   */
  admitSessionRole(role: IRole): void;
}
