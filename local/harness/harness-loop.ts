/**
 * The agent loop of the real thing: the Codex harness (`codex exec --json`) with a model behind it, its commands run by
 * the exec server of the environment. Observed to work with codex 0.171.0: CODEX_EXEC_SERVER_URL makes the harness use
 * a remote exec server, and a bridge hands it the connection this service already holds.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { ModelEndpoint } from '../options';
import { type AgentLoop, TurnCancelled, TurnFailed, type TurnContext, type TurnOutcome } from '../session/agent-loop';
import { HarnessBridge } from './harness-bridge';
import { HarnessTranscript } from './harness-transcript';

const toml = (value: unknown): string => JSON.stringify(value);

export class HarnessLoop implements AgentLoop {
  public constructor(
    private readonly codexBinary: string,
    private readonly endpoint: ModelEndpoint,
  ) {}

  public async run(context: TurnContext): Promise<TurnOutcome> {
    if (context.session.agent.tools.length > 0) {
      throw new TurnFailed('invalid_request', 'MCP tools of a session are not handed to the harness: use a script');
    }
    const scratch = mkdtempSync(path.join(tmpdir(), 'bma-local-harness-'));
    // The harness keeps its own conversation; it lives as long as this process does.
    const home = (this.homes[context.session.id] ??= mkdtempSync(path.join(tmpdir(), 'bma-local-codex-')));
    const bridge = await HarnessBridge.open(context.connection);
    try {
      return await this.converse(context, bridge.url, home, scratch);
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
    execServerUrl: string,
    home: string,
    scratch: string,
  ): Promise<TurnOutcome> {
    const transcript = new HarnessTranscript(context);
    const child = spawn(this.codexBinary, this.args(context), {
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

  private args(context: TurnContext): string[] {
    const { session } = context;
    const provider: Record<string, unknown> = {
      'model_providers.local.name': 'local',
      'model_providers.local.base_url': this.endpoint.baseUrl,
      'model_providers.local.wire_api': 'responses',
      ...(this.endpoint.keyVariable === undefined ? {} : { 'model_providers.local.env_key': 'BMA_LOCAL_MODEL_KEY' }),
      model_provider: 'local',
      developer_instructions: session.agent.instructions,
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
