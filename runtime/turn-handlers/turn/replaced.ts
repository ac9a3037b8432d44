import type { Ending, PreparedTurn } from '../../../lib/contracts/step';
import { REPLACED_PREFIX, type ReplacementItem } from '../../../lib/contracts/turn-ledger';
import type { Ledger } from './ledger';

/** Whether a turn of the same conversation that began later, or in the same second, replaced this one. */
export async function isReplaced(
  { name, sessionPk, expiresAt }: PreparedTurn,
  ledger: Pick<Ledger, 'replacement'>,
): Promise<boolean> {
  const by: Partial<ReplacementItem> = await ledger.replacement(`${REPLACED_PREFIX}${sessionPk}`);
  return by.replacedBy !== undefined && by.replacedBy !== name && Number(expiresAt) <= (by.expiresAt ?? 0);
}

export const REPLACED: Ending = {
  outcome: 'Cancelled',
  reason: { code: 'superseded', message: 'A later event made the work of the turn useless' },
};
