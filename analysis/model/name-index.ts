import type { Resource } from './assembly';
import { concat, literalOf, soleHole, textKey, textOf } from './compose-text';
import { addTo } from './list-map';
import type { Named } from './model';
import type { ResourceNames } from './resource-names';
import type { Text } from './text';

/** Finds the resources that texts name. Texts must be canonical. */
export class NameIndex {
  private readonly arns = new Map<string, Resource[]>();
  private readonly names = new Map<string, Resource[]>();
  /** Length of the longest key. Long texts, such as definitions and scripts, are searched up to this length. */
  private longest = 0;
  private readonly answers = new Map<string, readonly Named[]>();
  private readonly found = new Map<string, readonly Found[]>();

  constructor(
    resources: readonly Resource[],
    private readonly byId: (id: string) => Resource | undefined,
    names: ResourceNames,
  ) {
    for (const resource of resources) {
      for (const { value } of [...names.arn(resource), ...names.url(resource)]) {
        const key = textKey(value);
        addTo(this.arns, key, resource);
        this.longest = Math.max(this.longest, key.length);
      }
      for (const { value } of names.name(resource)) {
        addTo(this.names, nameKey(resource.type, value), resource);
      }
    }
  }

  /** The resources that a text names; see `Model.named`. */
  public named(text: Text, types: readonly string[]): readonly Named[] {
    const key = types.length === 0 ? textKey(text) : `${types.join()} ${textKey(text)}`;
    let known = this.answers.get(key);
    if (!known) {
      known = this.find(text, types);
      this.answers.set(key, known);
    }
    return known;
  }

  private find(text: Text, types: readonly string[]): readonly Named[] {
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
    this.arnsAt(text).forEach(([resources, suffix]) => put(resources, suffix));
    for (const type of types) {
      put(this.names.get(nameKey(type, text)) ?? [], []);
    }
    const [, name, alias] = types.includes(FUNCTION) ? (PARTIAL_FUNCTION.exec(literalOf(text) ?? '') ?? []) : [];
    if (name !== undefined) {
      put(this.names.get(nameKey(FUNCTION, textOf(name))) ?? [], textOf(alias ?? ''));
    }
    return [...found.values()];
  }

  /** An ARN, an ARN with something after it, or one inside of another text (the integration of an API). */
  private arnsAt(text: Text): readonly Found[] {
    const key = textKey(text);
    let found = this.found.get(key);
    if (!found) {
      found = this.search(text, key);
      this.found.set(key, found);
    }
    return found;
  }

  private search(text: Text, key: string): Found[] {
    const found: Found[] = [];
    const whole = this.arns.get(key);
    if (whole) {
      found.push([whole, []]);
    }
    const [first] = text;
    const starts = typeof first === 'string' ? [...first.matchAll(BEGINNING)].map(({ index }) => index) : [];
    for (const start of starts) {
      const inner = start > 0 ? this.arns.get(key.slice(start)) : undefined;
      if (inner) {
        found.push([inner, []]);
      }
      // Where a part begins in the key of the text.
      let offset = 0;
      text.forEach((part, at) => {
        if (typeof part !== 'string') {
          offset += textKey([part]).length;
          return;
        }
        for (let index = at === 0 ? start : 0; index < part.length; index += 1) {
          if (offset + index - start > this.longest) {
            break;
          }
          const letter = part[index];
          const resources =
            letter === ':' || letter === '/' ? this.arns.get(key.slice(start, offset + index)) : undefined;
          if (resources) {
            found.push([resources, concat(textOf(part.slice(index)), text.slice(at + 1))]);
          }
        }
        offset += part.length;
      });
    }
    return found;
  }
}

/**
 * IAM ignores the case of names: two roles can't be called `Deploy` and `deploy`.
 * Source: docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
 */
function nameKey(type: string, name: Text): string {
  const known = type.startsWith('AWS::IAM::') ? literalOf(name)?.toLowerCase() : undefined;
  return `${type} ${known ?? textKey(name)}`;
}

const FUNCTION = 'AWS::Lambda::Function';

/**
 * A partial ARN or a name with an alias, as Lambda takes them: `111122223333:function:name`, `name:alias`.
 * Source: docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html (`FunctionName`).
 */
const PARTIAL_FUNCTION = /^(?:\d{12}:function:|(?=[\w-]+:))([\w-]+)(:[\w$-]+)?$/;

const BEGINNING = /arn:|https:\/\/sqs\./g;

/** Resources that a text begins with, and what follows. */
type Found = readonly [resources: readonly Resource[], suffix: Text];
