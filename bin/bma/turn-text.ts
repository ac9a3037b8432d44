import type { TurnResult } from '../../lib/contracts/turn';
import { printable } from '../printable-text';
import type { TerminalStyle } from '../terminal-style';
import { UNREADABLE_RESULT, type TurnState } from './account/turn-state';

/** The clock time of an ISO 8601 time, UTC. */
export const clock = (at: string): string => at.slice(11, 19);

/** `Completed`, `Failed: session-failed (…)`. */
export function outcomeText({ state, result, settled }: TurnState, style: TerminalStyle): string {
  const reason = state === 'Unknown' ? `: ${UNREADABLE_RESULT}` : result === undefined ? '' : reasonText(result);
  const kind = state === 'Completed' ? 'good' : state === 'Running' ? 'name' : 'bad';
  return `${style[kind](state)}${reason}${settled ? style.faint(' (published by the settlement)') : ''}`;
}

function reasonText({ reason }: TurnResult): string {
  if (reason === undefined) return '';
  return `: ${printable(reason.code)}${reason.message === undefined ? '' : ` (${printable(reason.message)})`}`;
}
