import type { IConstruct } from 'constructs';

/**
 * A value about the whole app that many constructs need during validation, such as all its constructs. It is computed
 * once for all of them: otherwise, in an app with fifty agents, each construct of each agent would traverse the app.
 * Each construct reads it once per validation. If a construct reads it again, the app is being validated again and may
 * have changed, so the value is recomputed.
 */
export class PerValidation<T> {
  private readonly computed = new WeakMap<IConstruct, { readonly value: T; readonly asked: Set<IConstruct> }>();

  constructor(private readonly compute: (root: IConstruct) => T) {}

  /** @param asking the construct that is validated */
  public of(asking: IConstruct): T {
    const { root } = asking.node;
    let current = this.computed.get(root);
    if (current === undefined || current.asked.has(asking)) {
      current = { value: this.compute(root), asked: new Set() };
      this.computed.set(root, current);
    }
    current.asked.add(asking);
    return current.value;
  }
}
