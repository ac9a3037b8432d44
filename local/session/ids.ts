/**
 * Ids look like those of the service: a prefix and enough randomness to be unique. Their exact format isn't documented.
 */
import { randomBytes } from 'node:crypto';

export type IdPrefix = 'agsess' | 'turn' | 'item' | 'env' | 'evt' | 'reg' | 'req';

export const newId = (prefix: IdPrefix): string => `${prefix}_${randomBytes(16).toString('hex')}`;
