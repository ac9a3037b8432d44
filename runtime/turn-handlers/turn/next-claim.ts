/** A claim in the ledger that only one of the concurrent attempts of a step can write. */
export interface NextClaim {
  /** Value of the attribute, milliseconds since the epoch; never the same twice. */
  readonly at: number;
  /** Holds as long as no other attempt has claimed in the meantime. */
  readonly condition: string;
  readonly values: Readonly<Record<string, number>>;
}

/**
 * @param attribute name of the attribute that holds the time of the newest claim
 * @param last its value when the record was read
 */
export function nextClaim(attribute: string, last: number | undefined): NextClaim {
  const at = Math.max(Date.now(), (last ?? 0) + 1);
  return last === undefined
    ? { at, condition: `attribute_not_exists(${attribute})`, values: { now: at } }
    : { at, condition: `${attribute} = :last`, values: { now: at, last } };
}
