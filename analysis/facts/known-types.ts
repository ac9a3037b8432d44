import { entryTypeOf } from './entry-types';
import { networkTypeOf } from './network-types';
import { replacingProperties } from './replacements';

/** Whether a type of AWS is in one of the tables. The effect of an unknown type on its inputs is unknown. */
export function isKnownType(type: string): boolean {
  return (
    replacingProperties(type) !== undefined || entryTypeOf(type) !== undefined || networkTypeOf(type) !== undefined
  );
}
