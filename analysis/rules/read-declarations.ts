import { DECLARATIONS_KEY } from '../../lib/contracts/declarations';
import type { Stack } from '../model/assembly';
import { concat, literalOf, textKey, textOf } from '../model/compose-text';
import { at } from '../model/json';
import type { Node } from '../model/node';
import { printed } from '../model/printed-text';
import type { TemplateModel } from '../model/template-model';
import type { Place, Text } from '../model/text';
import { addTo } from '../model/list-map';

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
  /** Resources (`stack#logicalId`) or stacks (`stack`) of an `unreadable` record. */
  readonly parts: ReadonlySet<string>;
  /** Equal for equal records of several templates. */
  readonly key: string;
  /** False once it has expired. */
  readonly inForce: boolean;
}

/** The declarations in a template and in the metadata of its resources, without those that are malformed. */
export function declarationsOf(model: TemplateModel, stack: Stack, now: Date): Declaration[] {
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
      addTo(found, stack.id, logicalId);
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
  principal: ['principal'],
  unreadable: ['parts', 'names'],
  exempt: [],
};

const PART_MEMBERS = ['stack', 'logicalIds'];

/** Whether all members are known. An unknown member may have been meant to limit what the record allows. */
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

/** The record, if it is complete. Templates can be written by hand. */
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
    .flatMap(([type, names]) => textsIn(model, names).map((name) => ({ kind: type, name })))
    // Everybody can't be declared: it would accept every open policy.
    .filter(({ name }) => literalOf(name) !== '*');
  if (!isDecided || !isInKnownForm(node, kind) || !isComplete(kind, texts, principals.length)) {
    return [];
  }
  const within = node
    .at('within')
    .flatMap((list) => list.items())
    .flatMap((item) => textsIn(model, item).map(printed));
  const subject = plain('subject');
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
      // An end that can't be read counts as passed.
      inForce: expires === undefined || Date.parse(expires) > now.getTime(),
      ...(expires === undefined ? {} : { expires }),
      ...(subject === undefined ? {} : { subject }),
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
export function one(texts: Declaration['texts'], key: string): string | undefined {
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
      if (typeof part !== 'string') {
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
