import type { SessionTool } from '../contracts/session';
import { checkCloudWatch, cloudWatchTool, type CloudWatchToolOptions } from './tools/cloudwatch-tool';
import { checkDeployments, deploymentsTool, type DeploymentsToolOptions } from './tools/deployments-tool';
import { checkGateway, gatewayTool, type GatewayToolOptions } from './tools/gateway-tool';
import { checkKnowledgeBase, knowledgeBaseTool, type KnowledgeBaseToolOptions } from './tools/knowledge-base-tool';
import { checkOutputs, outputsTool, type OutputsToolOptions } from './tools/outputs-tool';
import { checkSource, sourceTool, type SourceToolOptions } from './tools/source-tool';
import { checkStdio, stdioTool, type StdioToolOptions } from './tools/stdio-tool';
import { attachTool, type ToolHost, type ToolParts } from './tools/tool-host';
import { checkInputsOf } from '../validation/checked-inputs';

/**
 * A tool of a managed agent, in addition to the commands that it can always run in its environment.
 *
 * The tools of this library are MCP servers in `AgentImage.bundled()`. An agent that uses one gets only the permissions
 * and the network endpoints that the tool needs. Permissions go to the execution role, under which every command of the
 * agent runs: IAM is the boundary. The documentation names limits that only the tool enforces.
 */
export class AgentTool {
  static {
    checkInputsOf(this, 'AgentTool');
  }

  /**
   * A STDIO MCP server that runs inside the execution environment, with the permissions of the execution role.
   *
   * Source: docs.aws.amazon.com/bedrock/latest/userguide/bedrock-managed-agents-openai-skills-tools.html
   *
   * @throws InputError when a path is not absolute, a name is empty or repeated, or a value looks like a credential.
   */
  public static stdio(props: StdioToolOptions): AgentTool {
    checkStdio(props);
    return new AgentTool(props.serverLabel, () => stdioTool(props));
  }

  /**
   * Reads named log groups (Logs Insights), metrics of named namespaces, and named alarms. Needs the bundled image.
   *
   * @throws InputError when nothing is named, or a limit is out of range.
   */
  public static cloudWatch(props: CloudWatchToolOptions): AgentTool {
    checkCloudWatch(props);
    return new AgentTool(props.serverLabel ?? 'cloudwatch', (host) => cloudWatchTool(props, host));
  }

  /**
   * Reads what was deployed: CodeDeploy, CloudFormation, ECS, Lambda, and write events from CloudTrail. Needs the bundled
   * image.
   *
   * @throws InputError when nothing is named, or a name is malformed.
   */
  public static deployments(props: DeploymentsToolOptions): AgentTool {
    checkDeployments(props);
    return new AgentTool(props.serverLabel ?? 'deployments', (host) => deploymentsTool(props, host));
  }

  /**
   * Finds passages in one Bedrock Knowledge Base. Needs the bundled image.
   *
   * @throws InputError when the ARN is malformed.
   */
  public static knowledgeBase(props: KnowledgeBaseToolOptions): AgentTool {
    checkKnowledgeBase(props);
    return new AgentTool(props.serverLabel ?? 'knowledge-base', (host) => knowledgeBaseTool(props, host));
  }

  /**
   * Publishes files of the workspace below one prefix of one bucket. Needs the bundled image.
   *
   * @throws InputError when the prefix or a file type is not acceptable.
   */
  public static outputs(props: OutputsToolOptions): AgentTool {
    checkOutputs(props);
    return new AgentTool(props.serverLabel ?? 'outputs', (host) => outputsTool(props, host));
  }

  /**
   * Downloads named repositories and staged files into the workspace, and configures npm and pip for private
   * registries. Commands get the files, not the credentials for the download. Needs the bundled image.
   *
   * @throws InputError when nothing is named, a name is malformed or repeated, or the network has no egress to the
   * host.
   */
  public static source(props: SourceToolOptions): AgentTool {
    checkSource(props);
    return new AgentTool(props.serverLabel ?? 'source', (host) => sourceTool(props, host));
  }

  /**
   * Experimental: the tools of an AgentCore Gateway, called over HTTP by BMA with IAM. Observed in AWS's public template,
   * not in the AWS user guide; that BMA calls it with the session role is inferred. May stop working without notice.
   *
   * @throws InputError when the ARN or the URL isn't that of a gateway.
   * @experimental
   */
  public static gateway(props: GatewayToolOptions): AgentTool {
    checkGateway(props);
    return new AgentTool(props.serverLabel, () => gatewayTool(props));
  }

  /** Label of the server, unique in the agent. */
  public readonly serverLabel: string;

  private readonly parts: (host: ToolHost) => ToolParts;

  private constructor(serverLabel: string, parts: (host: ToolHost) => ToolParts) {
    this.serverLabel = serverLabel;
    this.parts = parts;
  }

  /**
   * Adds the tool to an agent: permissions, endpoints, and the entry in the session definition.
   *
   * @internal
   */
  public _bind(host: ToolHost): SessionTool {
    return attachTool(host, this.serverLabel, this.parts(host));
  }
}
