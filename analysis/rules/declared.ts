import { DECLARATIONS_KEY } from '../../lib/contracts/declarations';
import type { Resource, Stack } from '../model/assembly';
import { concat, literalOf, textKey, textOf } from '../model/compose-text';
import { identities, type Identity } from '../model/identities';
import { at } from '../model/json';
import type { Node } from '../model/node';
import { printed } from '../model/printed-text';
import type { TemplateModel } from '../model/template-model';
import type { Place, Text, Unreadable } from '../model/text';
import { subset } from '../policy/pattern';
import type { Statement } from '../policy/statement';

/** A declaration of a template, with its references resolved. */
export interface Declaration {
  readonly kind: 'action' | 'egress' | 'principal' | 'unreadable' | 'exempt';
  readonly reason: string;
  /** ISO 8601 time, as written. */
  readonly expires?: string;
  /** What it is about, for people. */
  readonly subject?: string;
  readonly place: Place;
  /** Logical ids of the resources of its stack that it holds for; undefined: all. */
  readonly within?: ReadonlySet<string>;
  /** The texts of the record, canonical, by property: `role`, `action`, `resources`, `vpc`, `peer`, `port`. */
  readonly texts: ReadonlyMap<string, readonly Text[]>;
  /** Principals of a `principal` record, with their kind (`AWS`). */
  readonly principals: readonly { readonly kind: string; readonly name: Text }[];
  /** True for a `principal` record that is limited by conditions of its own. */
  readonly conditions?: Node;
  /** Resources (`stack#logicalId`) or stacks (`stack`) of an `unreadable` record. */
  readonly parts: ReadonlySet<string>;
  /** Equal for records of several templates that say the same. */
  readonly key: string;
  /** False once it has expired. */
  readonly inForce: boolean;
}

/** A way out of a network, for {@link Declared.egress}. */
export interface DeclaredEgress {
  /** The security group, rule or route: it has to be in the scope of the declaration. */
  readonly at: Resource;
  readonly vpc: Text;
  readonly peer: Text;
  readonly port: number;
}

/** What the owner of an app has decided: the declarations in the metadata of its templates. */
export class Declared {
  public readonly all: readonly Declaration[];

  private readonly used = new Set<string>();
  private readonly expiredButNeeded = new Set<string>();
  private readonly exempted = new Map<Stack, boolean>();

  constructor(
    private readonly model: TemplateModel,
    now: Date,
  ) {
    this.all = model.readers.flatMap(({ stack }) => declarationsOf(model, stack, now));
  }

  /**
   * Whether an identity may use an action.
   *
   * @param holders where the permission is: the policy, the role. One of them has to be in the scope of the declaration
   * @param resource what it is used on; without one only a declaration for every resource counts
   */
  public action(
    identity: Identity,
    action: string,
    holders: readonly (Resource | undefined)[],
    resource?: Text,
  ): boolean {
    return this.find('action', holders, ({ texts }) => {
      const resources = texts.get('resources');
      return (
        one(texts, 'action')?.toLowerCase() === action.toLowerCase() &&
        this.namesIdentity(texts.get('role') ?? [], identity) &&
        (resources === undefined ||
          (resource !== undefined && resources.some((each) => subset(this.model.canonical(resource), each) === 'yes')))
      );
    });
  }

  /** Whether every resource of a use of an action is declared. */
  public use(identity: Identity, action: string, statement: Statement): boolean {
    const holders = [statement.holder, identity.resource];
    const { except, patterns } = statement.resources;
    return (
      this.action(identity, action, holders) ||
      (!except && patterns.length > 0 && patterns.every(({ value }) => this.action(identity, action, holders, value)))
    );
  }

  /** Whether a network may have a way out. */
  public egress({ at: holder, vpc, peer, port }: DeclaredEgress): boolean {
    const same = (left: Text | undefined, right: Text) =>
      left !== undefined && textKey(left) === textKey(this.model.canonical(right));
    return this.find(
      'egress',
      [holder],
      ({ texts }) =>
        same(texts.get('vpc')?.[0], vpc) &&
        same(texts.get('peer')?.[0], peer) &&
        Number(one(texts, 'port') ?? '443') === port,
    );
  }

  /**
   * Whether a resource policy may let somebody in. A declaration of an account covers its roles and users.
   *
   * @param holder the policy, or the resource that has it
   */
  public principal(kind: string, name: Text, holder: Resource): boolean {
    const canonical = this.model.canonical(name);
    const account = accountIn(canonical);
    return this.find('principal', [holder], ({ principals }) =>
      principals.some(
        (declared) =>
          declared.kind === kind &&
          (textKey(declared.name) === textKey(canonical) ||
            (kind === 'AWS' && account !== undefined && accountIn(declared.name, true) === account)),
      ),
    );
  }

  /** Whether somebody has looked at a part that can't be read, by its origin or by what templates call it. */
  public unreadable({ origin }: Unreadable, ...written: readonly Text[]): boolean {
    const { stack, resource } = origin;
    const places = new Set([
      ...(resource ? [resource.id] : []),
      ...stacksAbove(this.model, stack),
      `${stack.id}#${locatedName(origin)}`,
    ]);
    const isPart = this.find('unreadable', undefined, ({ parts }) => [...places].some((place) => parts.has(place)));
    return isPart || written.some((text) => this.outside(text));
  }

  /** Whether something outside of the app is declared: an imported role, VPC, policy or trail, by ARN, id or name. */
  public outside(text: Text): boolean {
    const canonical = this.model.canonical(text);
    const key = textKey(canonical);
    return this.find('unreadable', undefined, ({ texts }) =>
      (texts.get('names') ?? []).some((name) => textKey(name) === key),
    );
  }

  /** Whether a resource that can't be read, or is read in part, is declared. */
  public part(resource: Resource): boolean {
    const places = [resource.id, ...stacksAbove(this.model, resource.stack)];
    return this.find('unreadable', undefined, ({ parts }) => places.some((place) => parts.has(place)));
  }

  /** Whether nothing of a stack is judged. A stack that is nested in an exempt one is exempt, too. */
  public exempt(stack: Stack): boolean {
    let known = this.exempted.get(stack);
    if (known === undefined) {
      const line = new Set(stacksAbove(this.model, stack));
      known = this.find('exempt', undefined, ({ place }) => line.has(place.stack.id));
      this.exempted.set(stack, known);
    }
    return known;
  }

  /** Declarations that have expired and that a rule would have used, and those that no rule used. Once for equal ones. */
  public leftOver(): { readonly expired: Declaration[]; readonly unused: Declaration[] } {
    const once = [...new Map(this.all.map((each) => [each.key, each])).values()];
    return {
      expired: once.filter(({ key, inForce }) => !inForce && this.expiredButNeeded.has(key)),
      unused: once.filter(({ key, inForce }) => inForce && !this.used.has(key)),
    };
  }

  private find(
    kind: Declaration['kind'],
    holders: readonly (Resource | undefined)[] | undefined,
    matches: (declaration: Declaration) => boolean,
  ): boolean {
    let found = false;
    for (const declaration of this.all) {
      if (declaration.kind === kind && (!holders || inScope(declaration, holders)) && matches(declaration)) {
        (declaration.inForce ? this.used : this.expiredButNeeded).add(declaration.key);
        found ||= declaration.inForce;
      }
    }
    return found;
  }

  private namesIdentity(roles: readonly Text[], identity: Identity): boolean {
    return roles.some(
      (role) =>
        textKey(role) === textKey(identity.arn) ||
        identities(this.model)
          .named(role)
          .some(({ id }) => id === identity.id),
    );
  }
}

function inScope({ place, within }: Declaration, holders: readonly (Resource | undefined)[]): boolean {
  return holders.some(
    (holder) => holder && holder.stack.id === place.stack.id && (within?.has(holder.logicalId) ?? true),
  );
}

/** Ids of a stack and of the stacks it is nested in. */
function stacksAbove(model: TemplateModel, stack: Stack): string[] {
  const line = [stack.id];
  for (let parent = stack.nestedIn?.stack; parent !== undefined && !line.includes(parent);) {
    line.push(parent);
    const id = parent;
    parent = model.readers.find((reader) => reader.stack.id === id)?.stack.nestedIn?.stack;
  }
  return line;
}

function locatedName({ path }: Place): string {
  return path.split('.')[1] ?? '';
}

function declarationsOf(model: TemplateModel, stack: Stack, now: Date): Declaration[] {
  const ofTemplate = model.nodes(stack, 'Metadata', DECLARATIONS_KEY);
  const ofResources = (model.view(declaring).get(stack.id) ?? []).map(
    (logicalId) => [logicalId, model.nodes(stack, 'Resources', logicalId, 'Metadata', DECLARATIONS_KEY)] as const,
  );
  return [
    ...records(ofTemplate).flatMap((node) => readRecord(model, node, now)),
    ...ofResources.flatMap(([logicalId, nodes]) =>
      records(nodes).flatMap((node) => readRecord(model, node, now, new Set([logicalId]))),
    ),
  ];
}

/** Logical ids of the resources with declarations, by stack. */
function declaring(model: TemplateModel): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { stack, logicalId, raw } of model.resources) {
    if (at(raw, 'Metadata', DECLARATIONS_KEY) !== undefined) {
      found.set(stack.id, [...(found.get(stack.id) ?? []), logicalId]);
    }
  }
  return found;
}

function records(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((list) => (list.kind === 'list' ? list.items() : [])).filter(({ kind }) => kind === 'object');
}

const TEXTS = ['role', 'action', 'resources', 'vpc', 'peer', 'port', 'names'];

/** The members of every record (lib/contracts/declarations.ts). */
const MEMBERS = ['kind', 'reason', 'expires', 'subject', 'within'];

const MEMBERS_OF: Readonly<Record<string, readonly string[]>> = {
  action: ['role', 'action', 'resources'],
  egress: ['vpc', 'peer', 'port'],
  principal: ['principal', 'conditions'],
  unreadable: ['parts', 'names'],
  exempt: [],
};

const PART_MEMBERS = ['stack', 'logicalIds'];

/** A member that isn't known may have been meant to limit what the record allows. */
function isInKnownForm(node: Node, kind: string): boolean {
  const isKnown = (each: Node, members: readonly string[]) => each.entries().every(([name]) => members.includes(name));
  const parts = node.at('parts');
  return (
    Object.hasOwn(MEMBERS_OF, kind) &&
    isKnown(node, [...MEMBERS, ...MEMBERS_OF[kind]]) &&
    parts.every(({ kind: form }) => form === 'list') &&
    parts
      .flatMap((list) => list.items())
      .every(
        (part) =>
          part.kind === 'object' &&
          isKnown(part, PART_MEMBERS) &&
          part.at('logicalIds').every((ids) => ids.kind === 'list' && ids.items().length > 0),
      )
  );
}

/** The record, if it says everything that its kind needs. Templates can be written by hand. */
function readRecord(model: TemplateModel, node: Node, now: Date, only?: ReadonlySet<string>): Declaration[] {
  const plain = (key: string) => {
    const [first, ...others] = node
      .at(key)
      .filter(({ kind }) => kind === 'scalar')
      .flatMap((each) => each.texts());
    return first && others.length === 0 ? literalOf(first.value) : undefined;
  };
  const malformed = (key: string, form: Node['kind']) => node.at(key).some(({ kind }) => kind !== form);
  const kind = plain('kind') as Declaration['kind'];
  const reason = plain('reason')?.trim() ?? '';
  const expires = plain('expires');
  const isDecided =
    reason !== '' && !malformed('expires', 'scalar') && !malformed('subject', 'scalar') && !malformed('within', 'list');
  const texts = new Map(
    TEXTS.flatMap((key): [string, readonly Text[]][] => {
      const values = node.at(key);
      return values.length === 0 ? [] : [[key, values.flatMap((value) => textsIn(model, value))]];
    }),
  );
  const principals = node
    .at('principal')
    .flatMap((value) => value.entries())
    .filter(([, names]) => names.kind === 'list')
    .flatMap(([type, names]) => textsIn(model, names).map((name) => ({ kind: type, name })));
  if (!isDecided || !isInKnownForm(node, kind) || !isComplete(kind, texts, principals.length)) {
    return [];
  }
  const within = node
    .at('within')
    .flatMap((list) => list.items())
    .flatMap((item) => textsIn(model, item).map(printed));
  const subject = plain('subject');
  const [conditions] = node.at('conditions');
  const key = [
    kind,
    reason,
    expires ?? '',
    ...[...texts].map(([name, values]) => `${name}=${values.map(textKey).join(',')}`),
    ...principals.map((each) => `${each.kind} ${textKey(each.name)}`),
    ...(kind === 'exempt' ? [node.place.stack.id] : []),
    ...partsOf(model, node),
  ].join('\n');
  return [
    {
      kind,
      reason,
      place: node.place,
      texts,
      principals,
      parts: new Set(partsOf(model, node)),
      key,
      // An end that can't be read has passed.
      inForce: expires === undefined || Date.parse(expires) > now.getTime(),
      ...(expires === undefined ? {} : { expires }),
      ...(subject === undefined ? {} : { subject }),
      ...(conditions ? { conditions } : {}),
      ...(only ? { within: only } : node.at('within').length > 0 ? { within: new Set(within) } : {}),
    },
  ];
}

function isComplete(kind: string, texts: Declaration['texts'], principals: number): boolean {
  switch (kind) {
    case 'action':
      return (
        one(texts, 'role') !== '' &&
        texts.get('role')?.length === 1 &&
        /^[a-z0-9-]+:[a-z0-9]+$/i.test(one(texts, 'action') ?? '')
      );
    case 'egress':
      return texts.get('vpc')?.length === 1 && texts.get('peer')?.length === 1;
    case 'principal':
      return principals > 0;
    default:
      return kind === 'unreadable' || kind === 'exempt';
  }
}

/** Stacks and resources that an `unreadable` record names. */
function partsOf(model: TemplateModel, node: Node): string[] {
  return node
    .at('parts')
    .flatMap((list) => list.items())
    .flatMap((part) => {
      const [stack = node.place.stack.id] = part.at('stack').flatMap((value) => textsIn(model, value).map(printed));
      const ids = part.at('logicalIds').flatMap((value) => textsIn(model, value).map(printed));
      return ids.length > 0 ? ids.map((id) => `${stack}#${id}`) : [stack];
    });
}

/** The known characters of the only text of a property. */
function one(texts: Declaration['texts'], key: string): string | undefined {
  const [text] = texts.get(key) ?? [];
  return text && literalOf(text);
}

/** Texts of a value or of a list of values, with references to other stacks resolved, canonical. */
function textsIn(model: TemplateModel, node: Node): Text[] {
  return node
    .items()
    .flatMap((item) => item.texts())
    .map(({ value }) => model.canonical(withForeignReferences(model, value)));
}

/** `${<stack>#<logical id>.<attribute>}`: a reference to a resource of another stack, see `TemplateText`. */
const FOREIGN = /(\$\{[^{}#]+#[^{}]+\})/;

function withForeignReferences(model: TemplateModel, text: Text): Text {
  return concat(
    ...text.map((part): Text => {
      if (typeof part !== 'string' || !part.includes('${')) {
        return [part];
      }
      return concat(
        ...part.split(FOREIGN).map((piece): Text => {
          if (!FOREIGN.test(piece)) {
            return textOf(piece);
          }
          const key = piece.slice(2, -1);
          const hash = key.lastIndexOf('#');
          const dot = key.indexOf('.', hash);
          const resource = dot < 0 ? key : key.slice(0, dot);
          return [model.reference(resource, key, dot < 0 ? undefined : key.slice(dot + 1))];
        }),
      );
    }),
  );
}

/** The account of an ARN of a principal, as a key; with `whole` only of a principal that stands for its account. */
function accountIn(name: Text, whole = false): string | undefined {
  const key = textKey(name);
  const root = /^(\d{12})$/.exec(key) ?? /^arn:[^:]*:iam::([^:]+):root$/.exec(key);
  const any = root ?? (whole ? null : /^arn:[^:]*:(?:iam|sts)::([^:]+):/.exec(key));
  return any?.[1];
}
