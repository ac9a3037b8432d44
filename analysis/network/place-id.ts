import type { Resource } from '../model/assembly';
import { literalOf, referencesOf, soleHole, textKey } from '../model/compose-text';
import type { Guard } from '../model/guard';
import type { Model } from '../model/model';
import type { Node } from '../model/node';
import type { Hole, Place, Text } from '../model/text';

/** The id of a VPC, a subnet, a route table or a security group, as a property has it. */
export interface PlaceId {
  readonly text: Text;
  /** Equal for equal ids: `Ref` and the attribute with the id are one. */
  readonly key: string;
  /** The resource with this id; undefined for what isn't in the assembly. */
  readonly resource?: Resource;
  /** The attribute of the resource, if the id isn't its own: `DefaultSecurityGroup` of a VPC. */
  readonly attribute?: string;
  readonly guard: Guard;
  readonly place: Place;
}

/** The ids that some nodes have: one, or the elements of a list. */
export function idsOf(model: Model, nodes: readonly Node[]): PlaceId[] {
  return nodes
    .flatMap((node) => node.items())
    .flatMap((node) =>
      node.texts().map(({ value, guard }) => {
        const hole = soleHole(value);
        return {
          text: value,
          key: idKey(model, value),
          resource: resourceOf(model, value, hole),
          attribute: hole?.kind === 'reference' ? hole.attribute : undefined,
          guard,
          place: node.place,
        };
      }),
    );
}

const PLACES = ['VPC', 'Subnet', 'SecurityGroup', 'RouteTable'].map((type) => `AWS::EC2::${type}`);

/** Ids are references, nearly always, except in a model of one deployment; an ARN must be looked up. */
function resourceOf(model: Model, text: Text, hole: Hole | undefined): Resource | undefined {
  if (hole) {
    return hole.kind === 'reference' ? model.resource(hole.resource) : undefined;
  }
  if (model.naming) {
    return model.named(text, ...PLACES)[0]?.resource;
  }
  const isArn = typeof text[0] === 'string' && text[0].startsWith('arn:');
  return isArn ? model.named(text)[0]?.resource : undefined;
}

/** True for an id that only the deployment knows, and that isn't of a resource of the assembly. */
export function isUnread(text: Text): boolean {
  return text.some((part) => typeof part !== 'string' && part.kind !== 'reference');
}

/** The key of an id. */
function idKey(model: Model, text: Text): string {
  return textKey(model.canonical(text));
}

/** A literal id of a place: `subnet-0abc`. */
const WRITTEN_ID = /\b(?:vpc|subnet|rtb|sg|igw|acl)-[0-9a-f]{8,17}\b/g;

function hasWrittenId(text: string): boolean {
  return text.search(WRITTEN_ID) >= 0;
}

/** The keys of every resource and every written id that occurs anywhere in a property, each with the place of the first. */
export function keysIn(model: Model, node: Node, found = new Map<string, Place>()): Map<string, Place> {
  const put = (key: string, place: Place) => {
    if (!found.has(key)) {
      found.set(key, place);
    }
  };
  if (node.kind === 'object' || node.kind === 'list') {
    node.eachMember(hasWrittenId, (_, inner) => keysIn(model, inner, found));
  } else {
    for (const { value, place } of node.texts()) {
      referencesOf(value).forEach((reference) => put(idKey(model, [reference]), place));
      for (const part of value) {
        for (const [id] of typeof part === 'string' ? part.matchAll(WRITTEN_ID) : []) {
          put(id, place);
        }
      }
    }
  }
  return found;
}

/** The known text of a property, if it is the same in every deployment. */
export function knownText(nodes: readonly Node[]): string | undefined {
  const texts = nodes.flatMap((node) => node.texts()).map(({ value }) => literalOf(value));
  return texts.every((text) => text === texts[0]) ? texts[0] : undefined;
}

/** Groups resources by the ids that one of their properties has. */
export function byId(
  model: Model,
  type: string,
  property: string,
): ReadonlyMap<string, readonly { readonly resource: Resource; readonly id: PlaceId }[]> {
  const groups = new Map<string, { resource: Resource; id: PlaceId }[]>();
  for (const resource of model.ofType(type)) {
    for (const id of idsOf(model, resource.properties.at(property))) {
      const same = groups.get(id.key);
      const member = { resource, id };
      if (same) {
        same.push(member);
      } else {
        groups.set(id.key, [member]);
      }
    }
  }
  return groups;
}
