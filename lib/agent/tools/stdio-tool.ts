import { Token } from 'aws-cdk-lib/core';
import { requireAbsoluteDirectory } from '../../validation/absolute-directory';
import { requireSafeEnvironment } from '../../validation/environment-variables';
import { InputError, requireInput } from '../../validation/input-error';
import type { ToolParts } from './tool-host';
import { requireServerLabel } from './server-label';

/**
 * Longest value of an environment variable of a STDIO server. The service documents no limit; the Runtime's limit is
 * used.
 */
const MAX_ENVIRONMENT_VALUE = 5000;

/** A STDIO MCP server in the image of the agent. */
export interface StdioToolOptions {
  /** Label of the server, unique in the agent: letters, digits, - and _. The model sees the tools under this label. */
  readonly serverLabel: string;
  /** Absolute path of the program. */
  readonly command: string;
  /**
   * Arguments of the program.
   *
   * @default - none
   */
  readonly args?: string[];
  /**
   * Absolute working directory.
   *
   * @default - the workspace of the session
   */
  readonly workingDirectory?: string;
  /**
   * Environment variables. Everyone who can read the session can read their values. Names and formats of credentials
   * are refused.
   *
   * @default - none
   */
  readonly environment?: { [name: string]: string };
  /**
   * Names of variables that the server inherits from the environment of the container.
   *
   * @default - none
   */
  readonly inheritedVariables?: string[];
  /**
   * Names of the server's tools that the agent may call.
   *
   * @default - every tool of the server
   */
  readonly allowedTools?: string[];
}

export function checkStdio(props: StdioToolOptions): void {
  const where = `AgentTool.stdio '${props.serverLabel}'`;
  requireServerLabel(where, props.serverLabel, 'server');
  requireInput(Token.isUnresolved(props.command) || props.command.startsWith('/'), where, {
    input: 'command',
    value: props.command,
    allowed: 'an absolute path, of one program in the image',
    fix: "pass for example command: '/usr/bin/env' with args: ['npx', 'foo']",
  });
  requireAbsoluteDirectory(where, 'command', props.command);
  if (props.workingDirectory !== undefined) {
    requireAbsoluteDirectory(where, 'workingDirectory', props.workingDirectory);
  }
  requireSafeEnvironment(where, 'environment', props.environment ?? {}, MAX_ENVIRONMENT_VALUE);
  requireNames(where, 'inheritedVariables', props.inheritedVariables);
  requireNames(where, 'allowedTools', props.allowedTools);
}

export function stdioTool(props: StdioToolOptions): ToolParts {
  const { serverLabel, command, args, workingDirectory, environment, inheritedVariables, allowedTools } = props;
  return {
    definition: {
      type: 'mcp',
      server_label: serverLabel,
      transport: {
        type: 'stdio',
        command,
        ...(args?.length ? { args } : {}),
        ...(workingDirectory !== undefined ? { cwd: workingDirectory } : {}),
        ...(environment && Object.keys(environment).length ? { env: environment } : {}),
        ...(inheritedVariables?.length ? { env_vars: inheritedVariables } : {}),
      },
      ...(allowedTools ? { allowed_tools: allowedTools } : {}),
    },
  };
}

function requireNames(where: string, input: string, names: string[] | undefined): void {
  if (names === undefined) {
    return;
  }
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  const empty = names.some((name) => !Token.isUnresolved(name) && name.trim() === '');
  if (repeated !== undefined || empty) {
    throw new InputError(where, {
      input,
      value: names,
      allowed: 'names that are not empty, each once',
      fix: repeated !== undefined ? `remove the second '${repeated}'` : 'remove the empty name',
    });
  }
}
