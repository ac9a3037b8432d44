import * as path from 'node:path';
import { ROLE_CREDENTIAL_VARIABLES } from '../../lib/contracts/lifecycle-variables';
import type { Attachment } from './attachment';

/** What is started for an attachment. */
export interface ExecServerCommand {
  readonly file: string;
  readonly args: string[];
  readonly cwd: string;
  readonly env: Record<string, string>;
}

/**
 * Variables of the container that are passed to the exec server; no others are.
 *
 * The AWS ones are read by the SDK's credential providers in a container. Bearer tokens (AWS_BEARER_TOKEN_BEDROCK,
 * OPENAI_API_KEY, CODEX_ACCESS_TOKEN, …) are not on the list: the exec server signs with SigV4 and nothing else.
 */
const PASSED: readonly string[] = [
  'PATH',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NO_PROXY',
  'https_proxy',
  'http_proxy',
  'no_proxy',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  ...ROLE_CREDENTIAL_VARIABLES,
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_ROLE_ARN',
  'AWS_ROLE_SESSION_NAME',
  'AWS_PROFILE',
  'AWS_EC2_METADATA_DISABLED',
  'AWS_CA_BUNDLE',
];

/** Never passed, not even when named: some clients silently prefer a bearer token over SigV4. */
const REFUSED = /bearer|api_?key|access_token|_secret$|passw/i;

/** HOME and CODEX_HOME, both on the persistent mount so that they outlive the compute. */
export function homeDirectories(stateDirectory: string): { readonly home: string; readonly codexHome: string } {
  return { home: path.join(stateDirectory, 'home'), codexHome: path.join(stateDirectory, 'codex') };
}

/**
 * The documented command line, with the environment it runs in.
 *
 * @param options.passEnvironment further variables to pass, by name: those that MCP servers list in `env_vars`.
 */
export function execServerCommand(
  attachment: Attachment,
  options: {
    readonly codexPath: string;
    readonly stateDirectory: string;
    readonly passEnvironment: readonly string[];
    readonly environment: NodeJS.ProcessEnv;
  },
): ExecServerCommand {
  const { home, codexHome } = homeDirectories(options.stateDirectory);
  const named = options.passEnvironment.filter((name) => !REFUSED.test(name));
  const passed = [...PASSED, ...named].flatMap((name) => {
    const value = options.environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    file: options.codexPath,
    args: [
      'exec-server',
      '--remote',
      `${attachment.endpoint}/v1`,
      '--environment-id',
      attachment.environmentId,
      '--remote-transport',
      'direct',
      '--aws-sigv4',
      '--aws-service',
      attachment.service,
      '--aws-region',
      attachment.region,
    ],
    cwd: attachment.workspaceDirectory,
    env: {
      // HOME can be written by commands of the agent: without these two a planted ~/.aws/config would choose the
      // credentials (and a credential_process to run) of the next exec server.
      AWS_CONFIG_FILE: options.environment.AWS_CONFIG_FILE ?? '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: options.environment.AWS_SHARED_CREDENTIALS_FILE ?? '/dev/null',
      ...Object.fromEntries(passed),
      HOME: home,
      CODEX_HOME: codexHome,
      // Ends with this server, even if this server is killed and can't stop it.
      CODEX_EXEC_SERVER_EXIT_ON_STDIN_CLOSE: 'true',
    },
  };
}
