/** Ids look like the service's: a prefix and enough randomness never to meet again. Their exact form is not documented. */
import { randomBytes } from 'node:crypto';

export type IdPrefix = 'agsess' | 'turn' | 'item' | 'env' | 'evt' | 'reg' | 'req';

export const newId = (prefix: IdPrefix): string => `${prefix}_${randomBytes(16).toString('hex')}`;
