import type { Resource } from './assembly';
import { concat, soleHole, textKey, textOf } from './compose-text';
import type { Named } from './model';
import type { ResourceNames } from './resource-names';
import type { Text } from './text';

/** An ARN of the assembly. */
export interface IndexedArn {
  readonly key: string;
  readonly text: Text;
  readonly resource: Resource;
}

/** Finds the resources that texts name. Texts must be canonical. */
export class NameIndex {
  private readonly arns = new Map<string, Resource[]>();
  private readonly names = new Map<string, Resource[]>();
  private readonly all: IndexedArn[] = [];
  private sorted?: IndexedArn[];

  constructor(
    resources: readonly Resource[],
    private readonly byId: (id: string) => Resource | undefined,
    names: ResourceNames,
  ) {
    for (const resource of resources) {
      for (const { value } of [...names.arn(resource), ...names.url(resource)]) {
        const key = textKey(value);
        add(this.arns, key, resource);
        this.all.push({ key, text: value, resource });
      }
      for (const { value } of names.name(resource)) {
        add(this.names, `${resource.type} ${textKey(value)}`, resource);
      }
    }
  }

  /** The resources that a text names; see `Model.named`. */
  public named(text: Text, types: readonly string[]): readonly Named[] {
    const hole = soleHole(text);
    const referenced = hole?.kind === 'reference' ? this.byId(hole.resource) : undefined;
    const found = new Map<Resource, Named>();
    const put = (resources: readonly Resource[], suffix: Text): void => {
      for (const resource of resources) {
        if (!found.has(resource) && (types.length === 0 || types.includes(resource.type))) {
          found.set(resource, { resource, suffix });
        }
      }
    };
    if (referenced) {
      put([referenced], []);
    }
    this.arnsAt(text, put);
    for (const type of types) {
      put(this.names.get(`${type} ${textKey(text)}`) ?? [], []);
    }
    return [...found.values()];
  }

  /** The ARNs that begin with some characters, as keys of texts. */
  public beginning(prefix: string): readonly IndexedArn[] {
    this.sorted ??= this.all.sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
    const { sorted } = this;
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle].key < prefix) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    let end = low;
    while (end < sorted.length && sorted[end].key.startsWith(prefix)) {
      end += 1;
    }
    return sorted.slice(low, end);
  }

  /** An ARN, an ARN with something after it, or one inside of another text (the integration of an API). */
  private arnsAt(text: Text, put: (resources: readonly Resource[], suffix: Text) => void): void {
    put(this.arns.get(textKey(text)) ?? [], []);
    const [first] = text;
    const starts =
      typeof first === 'string' ? [...first.matchAll(/arn:|https:\/\/sqs\./g)].map(({ index }) => index) : [];
    for (const start of starts) {
      const whole = start === 0 ? text : concat(textOf((first as string).slice(start)), text.slice(1));
      if (start > 0) {
        put(this.arns.get(textKey(whole)) ?? [], []);
      }
      whole.forEach((part, at) => {
        for (const { index } of typeof part === 'string' ? part.matchAll(/[:/]/g) : []) {
          const before = concat(whole.slice(0, at), textOf((part as string).slice(0, index)));
          const resources = this.arns.get(textKey(before));
          if (resources) {
            put(resources, concat(textOf((part as string).slice(index)), whole.slice(at + 1)));
          }
        }
      });
    }
  }
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const values = map.get(key);
  if (values) {
    values.push(value);
  } else {
    map.set(key, [value]);
  }
}
