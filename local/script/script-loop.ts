/** The agent loop with a script: the exec server runs every step. */
import path from 'node:path';
import { ConnectionLost, RpcError } from '../environment/exec-connection';
import { readFile, writeFile } from '../environment/files';
import { McpStdioServer } from '../environment/mcp-stdio';
import { EnvironmentProcess } from '../environment/process';
import { discoverSkills } from '../environment/skills';
import { type AgentLoop, TurnCancelled, type TurnContext, type TurnOutcome } from '../session/agent-loop';
import { interpolate } from './interpolate';
import { chooseRule, type McpStep, type RunStep, type Script, type Step } from './script';

type Outputs = Map<string, Record<string, unknown>>;

/** Exit code of a command that ran out of time, as `timeout` reports it. */
const TIMED_OUT = 124;
const DEFAULT_COMMAND_SECONDS = 600;
const MCP_TIMEOUT_MS = 60_000;

/** Not tokens of a model: four characters count as one, so that budgets and dashboards have values. */
const tokens = (text: string): number => Math.ceil(text.length / 4);

export class ScriptLoop implements AgentLoop {
  public constructor(private readonly script: Script) {}

  public async run(context: TurnContext): Promise<TurnOutcome> {
    return new ScriptedTurn(context).follow(this.script);
  }
}

class ScriptedTurn {
  private readonly outputs: Outputs = new Map();
  private readonly servers = new Map<string, McpStdioServer>();
  private read = 0;
  private written = 0;

  public constructor(private readonly on: TurnContext) {}

  public async follow(script: Script): Promise<TurnOutcome> {
    const { message, turnNumber, journal } = this.on;
    this.read = tokens(this.on.session.agent.instructions + message);
    const rule = chooseRule(script, message, turnNumber);
    if (rule === undefined) {
      return {
        error: { code: 'invalid_request', message: 'No rule of the script applies to this message' },
        usage: this.usage(),
      };
    }
    try {
      for (const step of rule.steps) {
        this.throwIfCancelled();
        await this.take(step);
      }
      this.throwIfCancelled();
    } finally {
      await Promise.all([...this.servers.values()].map((server) => server.stop()));
    }
    if (rule.fail !== undefined) return { error: rule.fail, usage: this.usage() };
    const answer = this.fill(rule.answer ?? '');
    this.written += tokens(answer);
    journal.assistantMessage(answer, 'final_answer');
    return { usage: this.usage() };
  }

  private async take(step: Step): Promise<void> {
    const output = await this.perform(step);
    if (step.id !== undefined) this.outputs.set(step.id, output);
    this.read += tokens(JSON.stringify(output));
  }

  private async perform(step: Step): Promise<Record<string, unknown>> {
    const { connection, journal, paths, workspace } = this.on;
    switch (step.kind) {
      case 'run':
        return this.command(step);
      case 'mcp':
        return this.mcp(step);
      case 'write_file':
        await writeFile(connection, this.inWorkspace(step.path), this.fill(step.content));
        return { path: step.path };
      case 'read_file':
        // A missing file is a result, as for a model.
        return readFile(connection, this.inWorkspace(step.path)).then(
          (content) => ({ content, found: true }),
          (error: unknown) => {
            if (error instanceof RpcError) return { content: '', found: false };
            throw error;
          },
        );
      case 'skills': {
        const directories = (this.on.session.environment.capability_directories ?? []).map((d) => paths.toHost(d));
        const skills = await discoverSkills(connection, workspace, directories);
        return {
          skills: skills.map((skill) => ({ ...skill, path: paths.toEnvironment(skill.path) })),
          names: skills.map((skill) => skill.name).join(', '),
        };
      }
      case 'wait':
        await this.wait(step.seconds * 1000);
        return {};
      case 'say': {
        const text = this.fill(step.text);
        this.written += tokens(text);
        journal.assistantMessage(text, 'commentary');
        return { text };
      }
    }
  }

  private async command(step: RunStep): Promise<Record<string, unknown>> {
    const { connection, journal, paths, signal } = this.on;
    const cwd = step.cwd === undefined ? this.on.workspace : this.inWorkspace(step.cwd);
    const argv = typeof step.command === 'string' ? ['bash', '-c', step.command] : step.command;
    const shown = typeof step.command === 'string' ? step.command : step.command.join(' ');
    const finish = journal.command(shown, paths.toEnvironment(cwd));
    const startedAt = Date.now();
    let timedOut = false;
    try {
      const running = await EnvironmentProcess.start(connection, { argv, cwd, env: step.env });
      const stop = (): void => void running.terminate();
      const timer = setTimeout(
        () => {
          timedOut = true;
          stop();
        },
        (step.timeoutSeconds ?? DEFAULT_COMMAND_SECONDS) * 1000,
      );
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      this.on.commandRunning();
      try {
        const result = await running.result;
        const exitCode = timedOut ? TIMED_OUT : result.exitCode;
        const status = signal.aborted ? 'incomplete' : exitCode === 0 ? 'completed' : 'failed';
        finish({ output: result.output, exit_code: exitCode, duration_ms: result.durationMs, status });
        return { output: result.output, exit_code: exitCode };
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
      }
    } catch (error) {
      const output = error instanceof Error ? error.message : String(error);
      const status = error instanceof ConnectionLost ? 'incomplete' : 'failed';
      finish({ output, exit_code: null, duration_ms: Date.now() - startedAt, status });
      // The exec server refused (no such program, no such directory): the turn continues, as with a model.
      if (error instanceof RpcError) return { output, exit_code: '' };
      throw error;
    }
  }

  private async mcp(step: McpStep): Promise<Record<string, unknown>> {
    const finish = this.on.journal.mcpCall(step.server, step.tool, JSON.stringify(step.arguments));
    try {
      const server = await this.server(step.server);
      const result = await server.call(step.tool, step.arguments);
      finish({ result, status: result.isError === true ? 'failed' : 'completed' });
      return { result, text: textOf(result.content), is_error: result.isError === true };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      finish({ result: { error: message }, status: error instanceof ConnectionLost ? 'incomplete' : 'failed' });
      if (error instanceof ConnectionLost) throw error;
      return { result: { error: message }, text: message, is_error: true };
    }
  }

  /** Servers are started when they are first called and stopped with the turn. */
  private async server(label: string): Promise<McpStdioServer> {
    const running = this.servers.get(label);
    if (running !== undefined) return running;
    const tool = this.on.session.agent.tools.find((candidate) => candidate.server_label === label);
    if (tool === undefined) throw new Error(`the session has no MCP server "${label}"`);
    if ('connection_origin' in tool) throw new Error(`"${label}" is a gateway, which the local service does not call`);
    const started = await McpStdioServer.start(
      this.on.connection,
      { ...tool, transport: { ...tool.transport, env: { ...tool.transport.env, ...this.on.toolEnvironment } } },
      (p) => this.on.paths.toHost(p),
      this.on.workspace,
      MCP_TIMEOUT_MS,
    );
    this.servers.set(label, started);
    return started;
  }

  private inWorkspace(file: string): string {
    return path.isAbsolute(file) ? this.on.paths.toHost(file) : path.join(this.on.workspace, file);
  }

  private fill(template: string): string {
    return interpolate(template, this.on.message, this.on.turnNumber, this.outputs);
  }

  private throwIfCancelled(): void {
    if (this.on.signal.aborted) throw new TurnCancelled();
  }

  private wait(ms: number): Promise<void> {
    const { signal } = this.on;
    return new Promise((resolve, reject) => {
      const aborted = (): void => {
        clearTimeout(timer);
        reject(new TurnCancelled());
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', aborted);
        resolve();
      }, ms);
      signal.addEventListener('abort', aborted, { once: true });
      if (signal.aborted) aborted();
    });
  }

  private usage(): TurnOutcome['usage'] {
    return {
      input_tokens: this.read,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: this.written,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: this.read + this.written,
    };
  }
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => (part as { type?: unknown; text?: unknown }).text)
    .filter((text) => typeof text === 'string')
    .join('\n');
}
