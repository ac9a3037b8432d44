import type { Resource } from './assembly';
import { concat, product, textOf } from './compose-text';
import { FALSE, TRUE } from './guard';
import type { Naming } from './deployed';
import { type NameForms, nameFormsOf } from './name-forms';
import type { Case, Reference, Text } from './text';

/** A generated name begins with the name of the stack, which CloudFormation may cut to this length. */
const STACK_NAME_CHARACTERS = 20;

/**
 * The logical id follows the whole name of a stack. CloudFormation may cut it to this length:
 * `mystack-mybucket-abcdefghijk1`.
 * Source: docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html, for a bucket
 */
const LOGICAL_ID_CHARACTERS = 8;

/** Names and ARNs of resources, in every deployment. */
export class ResourceNames {
  private readonly names = new Map<Resource, readonly Case<Text>[]>();
  private readonly arns = new Map<Resource, readonly Case<Text>[]>();
  private readonly reading = new Map<unknown, Set<Resource>>();

  constructor(
    private readonly generatedPrefix: (resource: Resource) => string | undefined,
    private readonly naming?: Naming,
  ) {}

  /** The name, or the id, of a resource. */
  public name(resource: Resource): readonly Case<Text>[] {
    return this.once(this.names, resource, () => {
      const forms = nameFormsOf(resource.type);
      return forms?.name === undefined
        ? [this.generated(resource, forms)]
        : this.property(resource, forms.name, () => this.generated(resource, forms).value);
    });
  }

  /** The ARN of a resource; none for a type without a known form. */
  public arn(resource: Resource): readonly Case<Text>[] {
    return this.once(this.arns, resource, () => {
      const forms = nameFormsOf(resource.type);
      return forms ? this.filled(resource, `arn:P:${forms.arn}`) : [];
    });
  }

  /** A reference to a resource written as ARN, name or URL; undefined if it is only equal to itself. */
  public resolved(resource: Resource, reference: Reference): Text | undefined {
    const forms = nameFormsOf(resource.type);
    if (!forms) {
      return undefined;
    }
    const form = reference.attribute === undefined ? `{${forms.ref}}` : forms.attributes.get(reference.attribute);
    switch (form) {
      case undefined:
      case '{other}':
        return undefined;
      case '{name}':
        return single(this.name(resource)) ?? this.nameText(resource, forms);
      case '{arn}':
        return single(this.arn(resource));
      default:
        return single(this.filled(resource, form));
    }
  }

  /** The URL of a queue. */
  public url(resource: Resource): readonly Case<Text>[] {
    return nameFormsOf(resource.type)?.ref === 'url' ? this.filled(resource, '{url}') : [];
  }

  private once(
    known: Map<Resource, readonly Case<Text>[]>,
    resource: Resource,
    read: () => readonly Case<Text>[],
  ): readonly Case<Text>[] {
    const found = known.get(resource);
    if (found) {
      return found;
    }
    const reading = this.reading.get(known) ?? new Set();
    this.reading.set(known, reading);
    if (reading.has(resource)) {
      // A name that refers to itself can't be deployed.
      return [this.generated(resource, nameFormsOf(resource.type))];
    }
    reading.add(resource);
    try {
      const cases = read();
      known.set(resource, cases);
      return cases;
    } finally {
      reading.delete(resource);
    }
  }

  private generated(resource: Resource, forms: NameForms | undefined): Case<Text> {
    return { value: this.nameText(resource, forms), guard: TRUE, place: resource.properties.place };
  }

  private nameText(resource: Resource, forms: NameForms | undefined): Text {
    return this.naming ? textOf(this.naming.nameOf(resource)) : [this.nameHole(resource, forms)];
  }

  private nameHole(resource: Resource, forms: NameForms | undefined): Reference {
    const prefix = forms?.generated === 'id' ? undefined : this.beginning(resource);
    const isInUnnamedStack = prefix === undefined && resource.type === 'AWS::S3::Bucket';
    return {
      kind: 'reference',
      key: `${resource.id}.@name`,
      resource: resource.id,
      attribute: '@name',
      excludes: forms?.excludes ?? '',
      begins: forms?.generated === 'lower-case stack name' ? prefix?.toLowerCase() : prefix,
      ...(isInUnnamedStack ? { afterStackName: `-${shortId(resource).toLowerCase()}` } : {}),
    };
  }

  private beginning(resource: Resource): string | undefined {
    const stackName = this.generatedPrefix(resource);
    const isWhole = resource.stack.name !== undefined && stackName !== undefined;
    return isWhole && stackName.length <= STACK_NAME_CHARACTERS && resource.type === 'AWS::S3::Bucket'
      ? `${stackName}-${shortId(resource)}`
      : stackName?.slice(0, STACK_NAME_CHARACTERS);
  }

  /** The cases of a property, with other cases if it isn't given. */
  private property(resource: Resource, property: string, otherwise: () => Text): readonly Case<Text>[] {
    const cases = resource.properties.at(property).flatMap((node) => node.texts());
    const given = cases.reduce((any, each) => any.or(each.guard), FALSE);
    const missing = resource.guard.and(given.not());
    return missing.possible()
      ? [...cases, { value: otherwise(), guard: missing, place: resource.properties.place }]
      : cases;
  }

  private filled(resource: Resource, form: string): readonly Case<Text>[] {
    const { account, region, partition } = resource.stack;
    const place = resource.properties.place;
    const fixed = (value: Text): readonly Case<Text>[] => [{ value, guard: TRUE, place }];
    const pieces = piecesOf(form);
    const known = this.filledAtOnce(resource, pieces);
    if (known) {
      return [{ ...known, place }];
    }
    const parts = pieces.map((piece): readonly Case<Text>[] => {
      switch (piece) {
        case 'P':
          return fixed(textOf(partition));
        case 'R':
          return fixed(region);
        case 'A':
          return fixed(account);
        case '{name}':
          return this.name(resource);
        case '{arn}':
          return this.arn(resource);
        case '{*}':
          return fixed(
            this.naming
              ? textOf(this.naming.nameOf(resource))
              : [
                  {
                    ...this.nameHole(resource, undefined),
                    key: `${resource.id}.@part`,
                    attribute: '@part',
                    begins: undefined,
                    afterStackName: undefined,
                  },
                ],
          );
        case '{url}':
          return this.queueUrl(resource);
        default:
          return piece.startsWith('{') ? this.filledProperty(resource, piece.slice(1, -1)) : fixed(textOf(piece));
      }
    });
    const whole = { value: undefined, guard: resource.guard, place };
    const cases = product(parts, (texts) => withoutDoubleSlash(concat(...texts.map((text) => text ?? []))), whole);
    return cases ?? [];
  }

  /** The usual case: a name with one value between known texts. Undefined for any other. */
  private filledAtOnce(resource: Resource, pieces: readonly string[]): Omit<Case<Text>, 'place'> | undefined {
    const { account, region, partition } = resource.stack;
    const texts: Text[] = [];
    let guard = resource.guard;
    for (const piece of pieces) {
      if (piece === '{name}') {
        const names = this.name(resource);
        if (names.length !== 1 || names[0].assumed !== undefined) {
          return undefined;
        }
        guard = guard.and(names[0].guard);
        texts.push(names[0].value);
      } else if (piece.startsWith('{')) {
        return undefined;
      } else {
        texts.push(piece === 'P' ? [partition] : piece === 'R' ? region : piece === 'A' ? account : [piece]);
      }
    }
    return { value: withoutDoubleSlash(concat(...texts)), guard, assumed: undefined };
  }

  private queueUrl(resource: Resource): readonly Case<Text>[] {
    const { account, region, partition } = resource.stack;
    const suffix = partition === 'aws-cn' ? '.amazonaws.com.cn/' : '.amazonaws.com/';
    return this.name(resource).map((name) => ({
      ...name,
      value: concat(textOf('https://sqs.'), region, textOf(suffix), account, textOf('/'), name.value),
    }));
  }

  private filledProperty(resource: Resource, written: string): readonly Case<Text>[] {
    const [, property, mark = '', detail = ''] = /^(\w+)([=<?]?)(.*)$/.exec(written) ?? [];
    const fallback = (): Text => {
      switch (mark) {
        case '=':
          return textOf(detail);
        case '?':
          return [];
        default:
          return detail.endsWith('+/')
            ? []
            : [
                {
                  ...this.nameHole(resource, undefined),
                  key: `${resource.id}.${property}`,
                  begins: undefined,
                  afterStackName: undefined,
                },
              ];
      }
    };
    const given = resource.properties.at(property).length > 0;
    const after = mark === '?' ? textOf(detail) : detail.endsWith('+/') ? textOf('/') : [];
    return this.property(resource, property, fallback).map((each) => {
      if (!given || each.place === resource.properties.place) {
        return each;
      }
      const named = this.canonical(each.value);
      const value = mark === '<' ? following(named, detail.replace('+/', '')) : named;
      return { ...each, value: concat(value, after) };
    });
  }

  /** Set by the model, which knows every resource. */
  public canonical: (text: Text) => Text = (text) => text;
}

const shortId = ({ logicalId }: Resource): string => logicalId.slice(0, LOGICAL_ID_CHARACTERS);

const split = new Map<string, readonly string[]>();

/** An ARN form in pieces. Region and account are whole segments of an ARN. */
function piecesOf(form: string): readonly string[] {
  let pieces = split.get(form);
  if (!pieces) {
    pieces = form.split(/(\{[^}]+\}|(?<=:)[RAP](?=:))/).filter((piece) => piece !== '');
    split.set(form, pieces);
  }
  return pieces;
}

function single(cases: readonly Case<Text>[]): Text | undefined {
  return cases.length === 1 ? cases[0].value : undefined;
}

/** The text after a mark, or the whole text without one. */
function following(text: Text, mark: string): Text {
  for (let at = text.length - 1; at >= 0; at -= 1) {
    const part = text[at];
    const found = typeof part === 'string' ? part.lastIndexOf(mark) : -1;
    if (found >= 0) {
      return concat(textOf((part as string).slice(found + mark.length)), text.slice(at + 1));
    }
  }
  return text;
}

/** Names of parameters begin with `/`, which isn't repeated in their ARN. */
function withoutDoubleSlash(text: Text): Text {
  return text.some((part) => typeof part === 'string' && part.includes(':parameter//'))
    ? text.map((part) => (typeof part === 'string' ? part.replace(':parameter//', ':parameter/') : part))
    : text;
}
