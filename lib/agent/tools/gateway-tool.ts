import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Token } from 'aws-cdk-lib/core';
import { GATEWAY_INVOKE_ACTIONS } from '../../identity/perms';
import { requireInput, requirePattern } from '../../validation/input-error';
import type { ToolParts } from './tool-host';
import { requireServerLabel } from './server-label';

/** An AgentCore Gateway whose tools an agent may call. */
export interface GatewayToolOptions {
  /** Label of the gateway, unique in the agent. */
  readonly serverLabel: string;
  /** ARN of the gateway. */
  readonly gatewayArn: string;
  /** MCP endpoint of the gateway, `https://….gateway.bedrock-agentcore.REGION.amazonaws.com/mcp`. */
  readonly gatewayUrl: string;
  /**
   * Whether a session fails if the gateway can't be reached. AWS doesn't document what happens otherwise.
   *
   * @default true
   */
  readonly required?: boolean;
  /**
   * Names of the gateway's tools that the agent may call.
   *
   * @default - every tool of the gateway
   */
  readonly allowedTools?: string[];
}

const WHERE = 'AgentTool.gateway';

export function checkGateway(props: GatewayToolOptions): void {
  requireServerLabel(WHERE, props.serverLabel, 'gateway');
  requirePattern(
    WHERE,
    'gatewayArn',
    props.gatewayArn,
    /^arn:aws[a-z-]*:bedrock-agentcore:[a-z0-9-]+:\d{12}:gateway\/[0-9A-Za-z-]{1,128}$/,
    'arn:PARTITION:bedrock-agentcore:REGION:ACCOUNT:gateway/ID',
    'pass the ARN of the gateway',
  );
  requirePattern(
    WHERE,
    'gatewayUrl',
    props.gatewayUrl,
    /^https:\/\/[a-z0-9-]+\.gateway\.bedrock-agentcore\.[a-z0-9-]+\.amazonaws\.com(\/[\w./-]*)?$/,
    'the https URL of an AgentCore Gateway, without user, query and fragment',
    'pass gatewayUrl of the gateway',
  );
  const { gatewayArn, gatewayUrl } = props;
  const isOfOneRegion = Token.isUnresolved(gatewayArn) || gatewayUrl.includes(`.${gatewayArn.split(':')[3]}.`);
  requireInput(Token.isUnresolved(gatewayUrl) || isOfOneRegion, WHERE, {
    input: 'gatewayUrl',
    value: gatewayUrl,
    allowed: 'the URL of the gateway that gatewayArn names, in its Region',
    fix: 'pass ARN and URL of the same gateway',
  });
}

/**
 * Called by BMA, not from the environment: no endpoint is needed, and the permission goes to the session role. AWS
 * doesn't document that BMA uses this role for the call; it is inferred.
 */
export function gatewayTool(props: GatewayToolOptions): ToolParts {
  const { serverLabel, gatewayArn, gatewayUrl, required = true, allowedTools } = props;
  return {
    definition: {
      type: 'mcp',
      server_label: serverLabel,
      required,
      connection_origin: 'service',
      transport: { type: 'http', server_url: gatewayUrl },
      ...(allowedTools ? { allowed_tools: allowedTools } : {}),
    },
    sessionStatements: [
      new PolicyStatement({ sid: 'CallGateway', actions: GATEWAY_INVOKE_ACTIONS, resources: [gatewayArn] }),
    ],
  };
}
