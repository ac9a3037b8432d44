/** Records a turn: as items, and as events for connected clients, with the same content. */
import { newId } from './ids';
import type { SessionEvents } from './events';
import type { SessionRecord, WrittenItem } from './records';
import type { CommandExecutionItem, McpCallItem, MessageItem } from '../../runtime/session-client/types';

/** Text of a final answer is streamed in pieces of this many characters. */
const DELTA_SIZE = 64;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export class TurnJournal {
  private outputIndex = 0;

  public constructor(
    private readonly record: SessionRecord,
    private readonly turnId: string,
    private readonly events: SessionEvents,
    private readonly save: () => void,
  ) {}

  /** The message of the turn. */
  public userMessage(text: string): void {
    const item: MessageItem = {
      type: 'message',
      id: newId('item'),
      turn_id: this.turnId,
      role: 'user',
      content: [{ type: 'input_text', text }],
      phase: null,
      status: 'completed',
    };
    this.record.items.push(item);
    this.events.emit('agent.session.turn.item.added', { item, output_index: null, turn_id: this.turnId });
    this.save();
  }

  public assistantMessage(text: string, phase: 'commentary' | 'final_answer'): void {
    const item: Writable<MessageItem> = {
      type: 'message',
      id: newId('item'),
      turn_id: this.turnId,
      role: 'assistant',
      content: [],
      phase,
      status: 'in_progress',
    };
    const index = this.begin(item);
    for (const delta of pieces(text)) {
      this.events.emit('agent.session.turn.output_text.delta', {
        delta,
        item_id: item.id,
        output_index: index,
        content_index: 0,
        turn_id: this.turnId,
      });
    }
    item.content = [{ type: 'output_text', text }];
    item.status = 'completed';
    this.end(item, index);
  }

  /** @returns how to complete the item */
  public command(
    command: string,
    cwd: string,
  ): (result: Pick<CommandExecutionItem, 'output' | 'exit_code' | 'duration_ms' | 'status'>) => void {
    const item: CommandExecutionItem = {
      type: 'command_execution',
      id: newId('item'),
      turn_id: this.turnId,
      command,
      cwd,
      output: null,
      exit_code: null,
      duration_ms: null,
      status: 'in_progress',
    };
    const index = this.begin(item);
    return (result) => this.end(Object.assign(item, result), index);
  }

  /** @returns how to complete the item */
  public mcpCall(
    serverLabel: string,
    name: string,
    args: string,
  ): (result: Pick<McpCallItem, 'result' | 'status'>) => void {
    const item: McpCallItem = {
      type: 'mcp_call',
      id: newId('item'),
      turn_id: this.turnId,
      server_label: serverLabel,
      name,
      arguments: args,
      result: null,
      status: 'in_progress',
    };
    const index = this.begin(item);
    return (result) => this.end(Object.assign(item, result), index);
  }

  public reasoning(text: string): void {
    const item: WrittenItem = {
      type: 'reasoning',
      id: newId('item'),
      turn_id: this.turnId,
      summary: [{ type: 'summary_text', text }],
    };
    this.end(item, this.begin(item));
  }

  private begin(item: WrittenItem): number {
    const index = this.outputIndex++;
    this.record.items.push(item);
    this.events.emit('agent.session.turn.item.added', { item: { ...item }, output_index: index, turn_id: this.turnId });
    this.save();
    return index;
  }

  private end(item: WrittenItem, index: number): void {
    this.events.emit('agent.session.turn.item.done', { item: { ...item }, output_index: index, turn_id: this.turnId });
    this.save();
  }
}

function pieces(text: string): string[] {
  const characters = [...text];
  const out: string[] = [];
  for (let i = 0; i < characters.length; i += DELTA_SIZE) out.push(characters.slice(i, i + DELTA_SIZE).join(''));
  return out;
}
