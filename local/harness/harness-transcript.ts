/** Converts the output of `codex exec --json`, one event per line, to items of the turn. */
import type { TurnContext, TurnOutcome } from '../session/agent-loop';

interface HarnessItem {
  readonly id?: string;
  readonly type?: string;
  readonly text?: string;
  readonly command?: string;
  readonly aggregated_output?: string;
  readonly exit_code?: number | null;
  readonly status?: string;
  readonly server?: string;
  readonly tool?: string;
  readonly arguments?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

interface HarnessEvent {
  readonly type?: string;
  readonly thread_id?: string;
  readonly item?: HarnessItem;
  readonly message?: string;
  readonly error?: { readonly message?: string };
  readonly usage?: {
    readonly input_tokens?: number;
    readonly cached_input_tokens?: number;
    readonly output_tokens?: number;
    readonly reasoning_output_tokens?: number;
  };
}

type Finish = (item: HarnessItem) => void;

export class HarnessTranscript {
  public threadId: string | undefined;
  private usage: HarnessEvent['usage'];
  private error: string | undefined;
  /**
   * The last message is the answer; earlier ones are comments. A message is delayed until it is known whether it is the
   * last.
   */
  private heldMessage: string | undefined;
  private readonly open = new Map<string, Finish>();

  public constructor(private readonly on: TurnContext) {}

  public read(line: string): void {
    let event: HarnessEvent;
    try {
      event = JSON.parse(line) as HarnessEvent;
    } catch {
      return;
    }
    switch (event.type) {
      case 'thread.started':
        this.threadId = event.thread_id;
        break;
      case 'item.started':
        if (event.item !== undefined) this.started(event.item);
        break;
      case 'item.completed':
        if (event.item !== undefined) this.completed(event.item);
        break;
      case 'turn.completed':
        this.usage = event.usage;
        break;
      case 'turn.failed':
        this.error = event.error?.message ?? 'the harness reported a failure';
        break;
      case 'error':
        this.error = event.message ?? 'the harness reported an error';
        break;
    }
  }

  public outcome(exitCode: number | null): TurnOutcome {
    for (const finish of this.open.values()) finish({ status: 'failed', exit_code: null });
    if (this.heldMessage !== undefined) this.on.journal.assistantMessage(this.heldMessage, 'final_answer');
    const {
      input_tokens = 0,
      cached_input_tokens = 0,
      output_tokens = 0,
      reasoning_output_tokens = 0,
    } = this.usage ?? {};
    const usage = {
      input_tokens,
      input_tokens_details: { cached_tokens: cached_input_tokens },
      output_tokens,
      output_tokens_details: { reasoning_tokens: reasoning_output_tokens },
      total_tokens: input_tokens + output_tokens,
    };
    // A reconnect is reported as an error too; only a turn that did not complete has failed.
    if (exitCode === 0 && this.usage !== undefined) return { usage };
    return {
      usage,
      error: { code: 'server_error', message: this.error ?? `the harness exited with code ${exitCode}` },
    };
  }

  private started(item: HarnessItem): void {
    const finish = this.begin(item);
    if (finish !== undefined) this.open.set(item.id ?? '', finish);
  }

  private completed(item: HarnessItem): void {
    if (item.type === 'agent_message') {
      if (this.heldMessage !== undefined) this.on.journal.assistantMessage(this.heldMessage, 'commentary');
      this.heldMessage = item.text ?? '';
      return;
    }
    if (item.type === 'reasoning') return this.on.journal.reasoning(item.text ?? '');
    const finish = this.open.get(item.id ?? '') ?? this.begin(item);
    this.open.delete(item.id ?? '');
    finish?.(item);
  }

  private begin(item: HarnessItem): Finish | undefined {
    const { journal, paths, workspace } = this.on;
    const startedAt = Date.now();
    if (item.type === 'command_execution') {
      const finish = journal.command(item.command ?? '', paths.toEnvironment(workspace));
      this.on.commandRunning();
      return (done) =>
        finish({
          output: done.aggregated_output ?? '',
          exit_code: done.exit_code ?? null,
          duration_ms: Date.now() - startedAt,
          status: done.status === 'completed' ? 'completed' : 'failed',
        });
    }
    if (item.type === 'mcp_tool_call') {
      const finish = journal.mcpCall(item.server ?? '', item.tool ?? '', JSON.stringify(item.arguments ?? {}));
      return (done) =>
        finish({
          result: done.result ?? done.error ?? null,
          status: done.status === 'completed' ? 'completed' : 'failed',
        });
    }
    return undefined;
  }
}
