import { code } from '../../lib/contracts/untrusted-text';
import type { SettingChange } from './review-settings';

/** Maximum number of lines; the others are in the JSON, because GitHub limits the length of a comment. */
const MOST_LINES = 40;
const MOST_CHARACTERS = 400;

/** The changed settings as a section of Markdown. */
export function settingsMarkdown(changes: readonly SettingChange[]): string {
  if (changes.length === 0) return '### Protecting settings: no change\n';
  const sign = changes.some(({ decide }) => decide) ? ' ⚠️' : '';
  const lines = changes.slice(0, MOST_LINES).map(line);
  const rest = changes.length - lines.length;
  if (rest > 0) lines.push(`- ${rest} more, listed by \`--format json\``);
  return `### Protecting settings changed${sign}\n\n${lines.join('\n')}\n`;
}

function line({ path, type, setting, before, after, decide }: SettingChange): string {
  const where = `${code(path)} (${type})${setting === '' ? '' : ` ${code(setting)}`}`;
  const what =
    after === undefined
      ? `removed ${shown(before)}`
      : before === undefined
        ? `added ${shown(after)}`
        : `${shown(after)} (before: ${shown(before)})`;
  return `- ${decide ? '⚠️ ' : ''}${where}: ${what}`;
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return code(text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text);
}
