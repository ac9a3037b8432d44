/**
 * The contract between synth (lib/) and run time (runtime/): the session definition. lib/ writes it, runtime/ reads it;
 * both import this file as types only. Field names are the ones of the create-session request body.
 *
 * Source: docs.aws.amazon.com/bedrock/latest/userguide/bedrock-managed-agents-openai-api-reference.html, read 2026-11-23.
 */
import type { SESSION_BINDING_FORMAT, SESSION_DEFINITION_FORMAT } from './session-binding';

/** A tool in the create-session request: a STDIO MCP server that runs inside the execution environment. */
export interface StdioMcpTool {
  readonly type: 'mcp';
  readonly server_label: string;
  readonly transport: {
    readonly type: 'stdio';
    readonly command: string;
    readonly args?: string[];
    readonly cwd?: string;
    readonly env?: Record<string, string>;
    readonly env_vars?: string[];
  };
  readonly allowed_tools?: string[];
}

/**
 * The tools of an AgentCore Gateway, called from the service side. Experimental: observed in AWS's public template, not
 * in the user guide.
 */
export interface GatewayMcpTool {
  readonly type: 'mcp';
  readonly server_label: string;
  readonly required: boolean;
  readonly connection_origin: 'service';
  readonly transport: { readonly type: 'http'; readonly server_url: string };
  readonly allowed_tools?: string[];
}

/** A tool in the create-session request. */
export type SessionTool = StdioMcpTool | GatewayMcpTool;

/** The `agent` member of the create request. */
export interface SessionAgent {
  readonly model: string;
  readonly instructions: string;
  readonly tools: SessionTool[];
}

/** The members of the `environment` of the create request that every type has. */
export interface SessionEnvironmentFile {
  /** For example `aws_bedrock_agentcore`. */
  readonly type: string;
  readonly workspace_directory: string;
  readonly capability_directories: string[];
}

/** The `environment` member of the create request for an AgentCore Runtime. */
export interface AgentCoreSessionEnvironment extends SessionEnvironmentFile {
  readonly type: 'aws_bedrock_agentcore';
  readonly runtime_arn: string;
  readonly runtime_qualifier: string;
}

/** The body of `POST /openai/v1/agents/sessions` for this agent, without the first message. */
export interface SessionDefinition {
  readonly agent: SessionAgent;
  readonly environment: AgentCoreSessionEnvironment;
  readonly role_arn: string;
}

/**
 * The file part of a session definition, published as an asset: everything known at synth.
 * A string may contain placeholders `{{binding:0}}`, `{{binding:1}}`, … for values known only at deployment.
 */
export interface SessionDefinitionFile {
  readonly format: typeof SESSION_DEFINITION_FORMAT;
  readonly agent: SessionAgent;
  readonly environment: SessionEnvironmentFile;
}

/**
 * The binding, published as an SSM parameter (JSON): the location of the file, its hash, and the values known only at
 * deployment. The reader fetches the file, checks `sha256` over its bytes, fills the placeholders and sends the result.
 */
export interface SessionDefinitionBinding {
  readonly format: typeof SESSION_BINDING_FORMAT;
  /** Lower-case hexadecimal SHA-256 of the file's bytes. */
  readonly sha256: string;
  readonly bucket: string;
  readonly key: string;
  readonly region: string;
  readonly role_arn: string;
  /**
   * Id of the Bedrock project, `default` for the account's own. AWS doesn't document how to create a session in another
   * project.
   */
  readonly project_id: string;
  /** Values of `{{binding:N}}`, in order. */
  readonly values: string[];
  /** Every other member is one of the session's environment, for example `runtime_arn`. */
  readonly [environmentField: string]: string | string[];
}
