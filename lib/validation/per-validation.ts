import type { IConstruct } from 'constructs';

/**
 * Something about the whole app that many constructs ask for while the app is validated, such as all its constructs. It is
 * computed once for all of them: an app of fifty agents is otherwise walked by each construct of each agent.
 *
 * Each construct asks once per validation. When one asks again, the app is being validated again and may have changed, so
 * it is computed anew.
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
