import type { Item } from '../../runtime/session-client/types';

/** How parts of the text are marked, for example by colours of a terminal. */
type Style = Readonly<Record<'title' | 'good' | 'name' | 'faint' | 'bad', (text: string) => string>>;

/** Number of printed lines of an item; the rest is counted. */
const SHOWN_LINES = 8;

/** One item of a turn, as text for people. */
export function transcriptLines(item: Item, style: Style): string[] {
  switch (item.type) {
    case 'command_execution': {
      const verdict = item.exit_code === 0 ? style.good('exit 0') : style.bad(`exit ${String(item.exit_code)}`);
      const [first, ...rest] = commandText(item.command).trim().split('\n');
      const command = rest.length ? `${first} … (${rest.length + 1} lines)` : first;
      return [`  ${style.name('$')} ${command}  ${verdict}`, ...shortened(item.output ?? '', style)];
    }
    case 'mcp_call':
      return [`  ${style.name('tool')} ${item.server_label}.${item.name}  ${item.status}`];
    case 'message': {
      const said = item.content.map((part) => ('text' in part ? String(part.text) : '')).join('');
      const who = item.role === 'assistant' ? (item.phase === 'commentary' ? 'agent, commentary' : 'agent') : 'you';
      return [
        `  ${style.title(who)}`,
        ...said
          .trim()
          .split('\n')
          .map((line) => `    ${line.trimEnd()}`),
      ];
    }
    default:
      return [];
  }
}

function commandText(command: unknown): string {
  const words = Array.isArray(command) ? command.map(String) : [String(command)];
  // The exec server gets a shell line as `bash -c LINE`.
  return words.length === 3 && /(^|\/)(ba)?sh$/.test(words[0]) ? words[2] : words.join(' ');
}

function shortened(output: string, style: Style): string[] {
  const lines = output
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '');
  const shown = lines.slice(0, SHOWN_LINES).map((line) => style.faint(`    ${line}`));
  return lines.length > SHOWN_LINES ? [...shown, style.faint(`    … ${lines.length - SHOWN_LINES} more lines`)] : shown;
}
