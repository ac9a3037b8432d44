import { literalOf } from '../model/compose-text';
import type { Node } from '../model/node';
import type { App } from '../statement/app';

/**
 * Reads numbers of templates for an estimate. Of several cases the largest counts; a case that holds only with the default
 * of a parameter is noted.
 */
export class Quantities {
  /** The assumptions of the numbers: `parameter Days has its default`. */
  public readonly assumptions = new Set<string>();

  constructor(public readonly app: App) {}

  /** The largest possible number of a property; undefined if it is known only at deployment. */
  public number(nodes: readonly Node[]): number | undefined {
    let largest: number | undefined;
    for (const { value, assumed } of nodes.flatMap((node) => node.texts())) {
      const text = literalOf(value)?.trim() ?? '';
      const number = text === '' ? NaN : Number(text);
      if (Number.isFinite(number)) {
        largest = Math.max(largest ?? number, number);
        this.note(assumed);
      }
    }
    return largest;
  }

  /** The largest possible number of elements of a list; undefined if it is known only at deployment. */
  public count(nodes: readonly Node[]): number | undefined {
    const lists = nodes.filter(({ kind }) => kind === 'list');
    return lists.length === 0 ? undefined : Math.max(...lists.map(elements));
  }

  /** True when a property can be one of some values, in any case or by a value that only the deployment knows. */
  public may(nodes: readonly Node[], ...values: string[]): boolean {
    return nodes
      .flatMap((node) => node.texts())
      .some(({ value }) => {
        const text = literalOf(value);
        return text === undefined || values.includes(text);
      });
  }

  /** The members of a list of objects, in all cases. */
  public members(nodes: readonly Node[]): Node[] {
    return nodes.flatMap((node) => node.items()).filter(({ kind }) => kind === 'object');
  }

  private note(assumed: string | undefined): void {
    if (assumed !== undefined) {
      this.assumptions.add(assumed);
    }
  }
}

/** An element that a condition decides has a node for each case, at the same index. */
function elements(list: Node): number {
  const base = list.place.path;
  const indexes = list
    .items()
    .map(({ place }, position) => /^\[\d+\]/.exec(place.path.slice(base.length))?.[0] ?? position);
  return new Set(indexes).size;
}
