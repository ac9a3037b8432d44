/** When something holds: a condition on the parameters of the deployment. Equal guards are the same object. */
export interface Guard {
  and(other: Guard): Guard;
  or(other: Guard): Guard;
  not(): Guard;
  /** True unless no deployment meets it. */
  possible(): boolean;
  /** True when the other guard holds wherever this one does. */
  implies(other: Guard): boolean;
  /** One assignment that meets it, for a message: `Stage = prod`. Undefined when it always holds, or never. */
  example(): string | undefined;
}
