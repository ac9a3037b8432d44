import { createHash } from 'node:crypto';
import type { IConstruct } from 'constructs';

/** Longest id of a trigger. */
const MAX = 64;

/**
 * Id of a trigger, generated from its kind and the construct id of its source, which may be in any script and of any
 * length. Invalid characters are omitted, and a hash keeps the id unique.
 */
export function idFrom(kind: string, watched: IConstruct): string {
  const id = `${kind}-${watched.node.id}`;
  const allowed = id.replace(/[^A-Za-z0-9-]/g, '');
  if (allowed === id && id.length <= MAX) {
    return id;
  }
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 8);
  return `${allowed.slice(0, MAX - hash.length - 1)}-${hash}`;
}
