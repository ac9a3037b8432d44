import type { TurnReason } from '../../lib/contracts/turn';
import { printable } from '../../local/message/printable-text';
import type { TerminalStyle } from '../terminal-style';
import { UNREADABLE_RESULT, type TurnState } from './account/turn-state';

/** The clock time of an ISO 8601 time, UTC. */
export const clock = (at: string): string => at.slice(11, 19);

/**
 * `Completed`, `Failed: session-failed (…)`.
 *
 * @param recorded the reason in the evidence, for a turn whose execution has no result
 */
export function outcomeText(
  { state, result, settled }: TurnState,
  style: TerminalStyle,
  recorded?: TurnReason,
): string {
  const reason =
    state === 'Unknown' ? `: ${UNREADABLE_RESULT}` : reasonText(result === undefined ? recorded : result.reason);
  const kind = state === 'Completed' ? 'good' : state === 'Running' ? 'name' : 'bad';
  return `${style[kind](state)}${reason}${settled ? style.faint(' (published by the settlement)') : ''}`;
}

function reasonText(reason: TurnReason | undefined): string {
  if (reason === undefined) return '';
  return `: ${printable(reason.code)}${reason.message === undefined ? '' : ` (${printable(reason.message)})`}`;
}
