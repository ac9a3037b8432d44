/**
 * The order of the turns that wait for the same resource, from the ledger. A conditional write decides which turn gets
 * it.
 */
import { type Wait, WAIT_PREFIX } from '../../../lib/contracts/turn-ledger';

/**
 * After this time without a poll, a turn no longer counts: twice the longest time between two polls, and more than a
 * repeated step takes. A turn that was only slow gets its position back, because the position depends on its start.
 */
const LOST_AFTER_MS = 4 * 60_000;

export type Waits = ReadonlyMap<string, Wait>;

export function waitsOf(item: Readonly<Record<string, unknown>>, now: number): Waits {
  const waits = Object.entries(item)
    .filter(([name, value]) => name.startsWith(WAIT_PREFIX) && typeof value === 'string')
    .map(([name, value]) => [name.slice(WAIT_PREFIX.length), JSON.parse(value as string) as Wait] as const)
    .filter(([, { seen }]) => now - seen < LOST_AFTER_MS);
  return new Map(waits);
}

/** How many turns are before this one. */
export function placeOf(name: string, wait: Wait, waits: Waits): number {
  return [...waits].filter(([other, its]) => other !== name && isBefore([other, its], [name, wait])).length;
}

/**
 * Whether a slot is free for this turn after all turns before it got one. A turn whose share is full is skipped.
 *
 * @returns `next`: the first slot that becomes free is this turn's
 */
export function roomFor(
  name: string,
  wait: Wait,
  item: Readonly<Record<string, unknown>>,
  waits: Waits,
  slots: number,
): 'now' | 'next' | 'later' {
  if (holders(item, 'holders').has(name)) return 'now';
  let free = slots - holders(item, 'holders').size;
  const taken = new Map<string, number>();
  const shareHasRoom = ({ share, slots: most }: Wait) =>
    share === undefined || holders(item, share).size + (taken.get(share) ?? 0) < (most ?? slots);
  const before = [...waits].filter(([other, its]) => other !== name && isBefore([other, its], [name, wait]));
  let passed = 0;
  for (const [, its] of before.sort((one, other) => (isBefore(one, other) ? -1 : 1))) {
    if (!shareHasRoom(its)) continue;
    passed += 1;
    free -= 1;
    if (its.share !== undefined) taken.set(its.share, (taken.get(its.share) ?? 0) + 1);
  }
  if (free > 0 && shareHasRoom(wait)) return 'now';
  return passed < slots ? 'next' : 'later';
}

function isBefore([name, { since }]: readonly [string, Wait], [other, its]: readonly [string, Wait]): boolean {
  return since < its.since || (since === its.since && name < other);
}

function holders(item: Readonly<Record<string, unknown>>, attribute: string): ReadonlySet<string> {
  const value = item[attribute];
  return value instanceof Set ? (value as ReadonlySet<string>) : new Set<string>();
}
