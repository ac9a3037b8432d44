/**
 * The real agent loop: the Codex harness (`codex exec --json`) with a model. The exec server of the environment runs
 * its commands. Observed to work with codex 0.171.0: CODEX_EXEC_SERVER_URL makes the harness use a remote exec server,
 * and a bridge gives it the existing connection of this service.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { ModelEndpoint } from '../options';
import { type AgentLoop, TurnCancelled, TurnFailed, type TurnContext, type TurnOutcome } from '../session/agent-loop';
import { HarnessBridge } from './harness-bridge';
import { discoverSkills, type Skill } from '../environment/skills';
import { HarnessTranscript } from './harness-transcript';
import type { StdioMcpTool } from '../../runtime/session-client/types';

/** A TOML value. JSON values are TOML, except objects. */
function toml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toml).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, entry]) => `${name} = ${toml(entry)}`)
    .join(', ')} }`;
}

export class HarnessLoop implements AgentLoop {
  public constructor(
    private readonly codexBinary: string,
    private readonly endpoint: ModelEndpoint,
  ) {}

  public async run(context: TurnContext): Promise<TurnOutcome> {
    const gateway = context.session.agent.tools.find((tool) => 'connection_origin' in tool);
    if (gateway !== undefined) {
      throw new TurnFailed(
        'invalid_request',
        `"${gateway.server_label}" is a gateway, which the local service does not call`,
      );
    }
    const scratch = mkdtempSync(path.join(tmpdir(), 'bma-local-harness-'));
    // The harness keeps its own conversation, until this process ends.
    const home = (this.homes[context.session.id] ??= mkdtempSync(path.join(tmpdir(), 'bma-local-codex-')));
    // Before the connection belongs to the harness.
    const { capability_directories: directories = [] } = context.session.environment as {
      capability_directories?: string[];
    };
    const skills = await discoverSkills(
      context.connection,
      context.workspace,
      directories.map((directory) => context.paths.toHost(directory)),
    );
    const bridge = await HarnessBridge.open(context.connection);
    try {
      const settings = { ...mcpServers(context), developer_instructions: instructions(context, skills) };
      return await this.converse(context, settings, { execServerUrl: bridge.url, home, scratch });
    } finally {
      await bridge.close();
      rmSync(scratch, { recursive: true, force: true });
    }
  }

  private readonly homes: Record<string, string> = {};

  public close(): void {
    for (const home of Object.values(this.homes)) rmSync(home, { recursive: true, force: true });
  }

  private async converse(
    context: TurnContext,
    settings: Readonly<Record<string, unknown>>,
    { execServerUrl, home, scratch }: Readonly<Record<'execServerUrl' | 'home' | 'scratch', string>>,
  ): Promise<TurnOutcome> {
    const transcript = new HarnessTranscript(context);
    const child = spawn(this.codexBinary, this.args(context, settings), {
      cwd: scratch,
      env: {
        PATH: process.env.PATH,
        HOME: home,
        CODEX_HOME: home,
        CODEX_EXEC_SERVER_URL: execServerUrl,
        ...(this.endpoint.keyVariable === undefined
          ? {}
          : { BMA_LOCAL_MODEL_KEY: process.env[this.endpoint.keyVariable] }),
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const stop = (): void => void child.kill('SIGKILL');
    context.signal.addEventListener('abort', stop, { once: true });
    child.stdin.on('error', () => undefined);
    child.stdin.end(context.message);
    const decoder = new StringDecoder('utf8');
    let buffer = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (buffer + decoder.write(chunk)).split('\n');
      buffer = lines.pop() ?? '';
      for (const line of lines) transcript.read(line);
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    context.signal.removeEventListener('abort', stop);
    if (context.signal.aborted) throw new TurnCancelled();
    if (transcript.threadId !== undefined) context.session.harnessThread = transcript.threadId;
    return transcript.outcome(code);
  }

  private args(context: TurnContext, settings: Readonly<Record<string, unknown>>): string[] {
    const { session } = context;
    const provider: Record<string, unknown> = {
      'model_providers.local.name': 'local',
      'model_providers.local.base_url': this.endpoint.baseUrl,
      'model_providers.local.wire_api': 'responses',
      ...(this.endpoint.keyVariable === undefined ? {} : { 'model_providers.local.env_key': 'BMA_LOCAL_MODEL_KEY' }),
      model_provider: 'local',
      ...settings,
    };
    return [
      'exec',
      '--json',
      '--skip-git-repo-check',
      // The environment is the sandbox, as it is in AgentCore.
      '--dangerously-bypass-approvals-and-sandbox',
      '-m',
      this.endpoint.model ?? session.agent.model,
      '-C',
      context.workspace,
      ...Object.entries(provider).flatMap(([key, value]) => ['-c', `${key}=${toml(value)}`]),
      ...(session.harnessThread === undefined ? [] : ['resume', session.harnessThread]),
      '-',
    ];
  }
}

/** The harness's name for the environment of CODEX_EXEC_SERVER_URL (observed). */
const REMOTE = 'remote';

/**
 * The STDIO MCP servers of the session. The exec server starts them for the harness, in the environment and with its
 * variables. Settings: developers.openai.com/codex/mcp; `environment_id` isn't documented there (observed).
 */
function mcpServers({ session, paths, workspace, toolEnvironment }: TurnContext): Record<string, unknown> {
  return Object.fromEntries(
    session.agent.tools
      .filter((tool): tool is StdioMcpTool => !('connection_origin' in tool))
      .flatMap(({ server_label: label, allowed_tools: allowed, transport }) => {
        const { command, args = [], cwd, env = {}, env_vars: inherited = [] } = transport;
        const settings = {
          environment_id: REMOTE,
          command: paths.toHost(command),
          args: args.map((arg) => paths.toHost(arg)),
          cwd: cwd === undefined ? workspace : paths.toHost(cwd),
          // Of the exec server, not of the harness.
          env_vars: inherited.map((name) => ({ name, source: REMOTE })),
          enabled_tools: allowed,
          ...Object.fromEntries(
            Object.entries({ ...env, ...toolEnvironment }).map(([name, value]) => [`env.${name}`, value]),
          ),
        };
        return Object.entries(settings)
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => [`mcp_servers.${label}.${name}`, value]);
      }),
  );
}

/** With the skills of the environment, whose files the agent reads with its commands when it needs one. */
function instructions({ session }: TurnContext, skills: readonly Skill[]): string {
  if (skills.length === 0) return session.agent.instructions;
  return [
    session.agent.instructions,
    '',
    'Skills of this environment. Read the file of a skill before you use it:',
    ...skills.map(({ name, description, path: file }) => `- ${name}: ${description} (${file})`),
  ].join('\n');
}
