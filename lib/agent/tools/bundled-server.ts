import { Duration, Stack, Token, type Size } from 'aws-cdk-lib/core';
import { requireInput, requireSeconds, requireWholeNumber } from '../../validation/input-error';
import type { StdioMcpTool } from '../../contracts/session';
import { ROLE_CREDENTIAL_VARIABLES } from '../../contracts/lifecycle-variables';
import { SERVER_VARIABLES, TOOL_DIRECTORY } from '../../contracts/tool';
import type { ToolHost } from './tool-host';
import { requireServerLabel } from './server-label';

/** Options of every tool of the bundled image. */
export interface BundledToolOptions {
  /**
   * Label of the server, unique in the agent.
   *
   * @default - the name of the tool, for example `cloudwatch`
   */
  readonly serverLabel?: string;

  /**
   * Longest time one call may take, 1 second to 15 minutes. How long BMA itself waits for a tool is not documented.
   *
   * @default - 45 seconds; 5 minutes for `source`
   */
  readonly deadline?: Duration;
}

/** A server that ships with `AgentImage.bundled()`. */
export interface BundledServer {
  readonly name: string;
  readonly variables: Record<string, string>;
  readonly args?: string[];
  /** The tools that the scope includes. */
  readonly tools: string[];
}

export function bundledServer(host: ToolHost, server: BundledServer, options: BundledToolOptions): StdioMcpTool {
  const { name, variables, args = [], tools } = server;
  return {
    type: 'mcp',
    server_label: options.serverLabel ?? name,
    transport: {
      type: 'stdio',
      // Finds Node at any path of the base image.
      command: '/usr/bin/env',
      args: ['node', `${TOOL_DIRECTORY}/${name}/server.js`, ...args],
      cwd: host.workspaceDirectory,
      env: {
        AWS_REGION: Stack.of(host.scope).region,
        // HOME can be written by commands of the agent: so no endpoint, profile or program is read from there.
        AWS_CONFIG_FILE: '/dev/null',
        AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
        [SERVER_VARIABLES.deadlineSeconds]: String((options.deadline ?? Duration.seconds(45)).toSeconds()),
        ...variables,
      },
      env_vars: ['PATH', ...ROLE_CREDENTIAL_VARIABLES],
    },
    allowed_tools: tools,
  };
}

/** Checks the common options of bundled tools, before the tool is added to an agent. */
export function checkOptions(where: string, options: BundledToolOptions): void {
  if (options.serverLabel !== undefined) requireServerLabel(where, options.serverLabel, 'server');
  if (options.deadline !== undefined) requireSeconds(where, 'deadline', options.deadline, 1, 900);
}

/** Names that are passed to a server as one string, separated by commas. Unresolved tokens pass. */
export function checkNames(where: string, input: string, names: string[], pattern: RegExp, allowed: string): void {
  const wrong = names.find((name) => !Token.isUnresolved(name) && !pattern.test(name));
  requireInput(wrong === undefined, where, { input, value: wrong, allowed, fix: 'correct the name' });
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  requireInput(repeated === undefined, where, {
    input,
    value: repeated,
    allowed: 'every name once',
    fix: 'remove the second one',
  });
}

/** Checks a size that is passed to a server in whole bytes. */
export function checkBytes(where: string, input: string, value: Size, max: number): void {
  requireWholeNumber(where, input, value.toBytes(), 1, max, 'bytes');
}
