/** When something holds: a condition on the parameters of the deployment. Equal guards are the same object. */
export interface Guard {
  and(other: Guard): Guard;
  or(other: Guard): Guard;
  not(): Guard;
  /** False when no deployment meets it. */
  possible(): boolean;
  /** True when the other guard holds wherever this one does. */
  implies(other: Guard): boolean;
  /** One assignment that meets it, for a message: `Stage = prod`. Undefined when it always holds, or never. */
  example(): string | undefined;
}

/** Holds in every deployment. */
export const TRUE: Guard = {
  and: (other) => other,
  or: () => TRUE,
  not: () => FALSE,
  possible: () => true,
  implies: (other) => other === TRUE,
  example: () => undefined,
};

/** Holds in no deployment. */
export const FALSE: Guard = {
  and: () => FALSE,
  or: (other) => other,
  not: () => TRUE,
  possible: () => false,
  implies: () => true,
  example: () => undefined,
};

/** Too large to be decided. It is possible and implies nothing, which is safe for rules that ask either question. */
export const UNDECIDED: Guard = {
  and: (other) => (other === FALSE ? FALSE : UNDECIDED),
  or: (other) => (other === TRUE ? TRUE : UNDECIDED),
  not: () => UNDECIDED,
  possible: () => true,
  implies: (other) => other === TRUE,
  example: () => undefined,
};
