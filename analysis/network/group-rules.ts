import { DYNAMODB_PREFIX_LIST_IDS, S3_PREFIX_LIST_IDS } from '../../lib/facts/managed-prefix-lists';
import type { Resource } from '../model/assembly';
import { literalOf, textOf } from '../model/compose-text';
import type { Guard } from '../model/guard';
import { FALSE } from '../model/guard';
import type { Model } from '../model/model';
import { placeIn } from '../model/place-in';
import type { Node } from '../model/node';
import type { Place, Text } from '../model/text';
import { byId, idsOf, isUnread, knownText, type PlaceId } from './place-id';

/** The peer of a security group rule. */
export type Peer =
  | { readonly kind: 'addresses'; readonly cidr: Text }
  /**
   * `AWS`: a list that AWS manages. `app`: one of the assembly, with its addresses. `unknown`: its content isn't known.
   */
  | {
      readonly kind: 'prefix list';
      readonly id: PlaceId;
      readonly owner: 'AWS' | 'app' | 'unknown';
      readonly cidrs: readonly Text[];
    }
  /** `self`: the group that has the rule. */
  | { readonly kind: 'group'; readonly id: PlaceId; readonly self: boolean }
  | { readonly kind: 'unknown' };

/** The traffic that a security group rule allows. */
export interface Flow {
  readonly direction: 'to' | 'from';
  /** `tcp`, `udp`, `icmp`, a number, or `all`. */
  readonly protocol: string;
  /** Undefined for all ports. */
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly peer: Peer;
  /** The group or the rule. */
  readonly resource: Resource;
  readonly place: Place;
  readonly guard: Guard;
  /** True for the rule that EC2 adds to a group whose template has no rule for what goes out. */
  readonly implied?: true;
}

const AWS_LISTS = new Set([...Object.values(S3_PREFIX_LIST_IDS), ...Object.values(DYNAMODB_PREFIX_LIST_IDS)]);
const PROTOCOLS: Readonly<Record<string, string>> = {
  '-1': 'all',
  '1': 'icmp',
  '6': 'tcp',
  '17': 'udp',
  '58': 'icmpv6',
};
/** The CDK's placeholder rule, with an unusable address. */
const NOBODY = '255.255.255.255/32';

const SIDES = {
  to: { inline: 'SecurityGroupEgress', type: 'AWS::EC2::SecurityGroupEgress', side: 'Destination' },
  from: { inline: 'SecurityGroupIngress', type: 'AWS::EC2::SecurityGroupIngress', side: 'Source' },
} as const;

/** True for the default security group of a VPC, which has no resource of its own. */
function isDefaultGroup(group: PlaceId): boolean {
  return group.resource?.type === 'AWS::EC2::VPC' && group.attribute === 'DefaultSecurityGroup';
}

/** True for a group whose rules the assembly shows. */
export function isKnownGroup(group: PlaceId): boolean {
  return group.resource?.type === 'AWS::EC2::SecurityGroup' || isDefaultGroup(group);
}

/**
 * The traffic that a security group allows: rules in the group and separate rules. A group without its own outbound
 * rule allows all outbound traffic, because EC2 adds that rule when it creates the group, before separate rules; so
 * does the default group of a VPC
 * (docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-securitygroup.html).
 */
export function flowsOf(model: Model, group: PlaceId): Flow[] {
  const { resource } = group;
  const guard = resource ? group.guard.and(resource.guard) : group.guard;
  const out = rulesOf(model, group, 'to', guard);
  const isOwn = resource?.type === 'AWS::EC2::SecurityGroup';
  if (!resource || !isKnownGroup(group)) {
    return [...out.flows, ...rulesOf(model, group, 'from', guard).flows].filter((flow) => flow.guard.possible());
  }
  const implied = isOwn ? guard.and(out.stated.not()) : guard;
  const everything = ['0.0.0.0/0', '::/0'].map((cidr): Flow => ({
    direction: 'to',
    protocol: 'all',
    peer: { kind: 'addresses', cidr: textOf(cidr) },
    resource,
    place: isOwn ? resource.properties.place : group.place,
    guard: implied,
    implied: true,
  }));
  return [...out.flows, ...everything, ...rulesOf(model, group, 'from', guard).flows].filter((flow) =>
    flow.guard.possible(),
  );
}

function rulesOf(model: Model, group: PlaceId, direction: 'to' | 'from', guard: Guard) {
  const { inline } = SIDES[direction];
  const rules: { node: Node; resource: Resource; guard: Guard }[] = [];
  if (group.resource?.type === 'AWS::EC2::SecurityGroup') {
    for (const node of group.resource.properties.at(inline).flatMap((list) => list.items())) {
      rules.push({ node, resource: group.resource, guard: guard.and(node.guard) });
    }
  }
  const view = direction === 'to' ? egressRules : ingressRules;
  const stated = rules.reduce<Guard>((any, rule) => any.or(rule.guard), FALSE);
  for (const { resource, id } of model.view(view).get(group.key) ?? []) {
    rules.push({ node: resource.properties, resource, guard: guard.and(resource.guard).and(id.guard) });
  }
  return {
    flows: rules.flatMap((rule) => flowsOfRule(model, group, direction, rule.node, rule.resource, rule.guard)),
    stated,
  };
}

const egressRules = (model: Model) => byId(model, SIDES.to.type, 'GroupId');
/** Rules for what goes out of a group whose id can't be read: the deployer may pass the group of an agent. */
export function unreadEgress(model: Model): PlaceId[] {
  return [...model.view(egressRules).values()].flatMap((rules) =>
    rules.flatMap(({ resource, id }) =>
      isUnread(id.text) ? [{ ...id, guard: resource.guard.and(id.guard), place: resource.properties.place }] : [],
    ),
  );
}

const ingressRules = (model: Model) => byId(model, SIDES.from.type, 'GroupId');

function flowsOfRule(
  model: Model,
  group: PlaceId,
  direction: 'to' | 'from',
  node: Node,
  resource: Resource,
  guard: Guard,
): Flow[] {
  const written = knownText(node.at('IpProtocol')) ?? 'all';
  const protocol = Object.hasOwn(PROTOCOLS, written) ? PROTOCOLS[written] : written;
  const fromPort = portOf(node, 'FromPort');
  const toPort = node.at('ToPort').length === 0 ? fromPort : (portOf(node, 'ToPort') ?? LAST_PORT);
  return peersOf(model, group, direction, node)
    .map(({ peer, guard: own, place }): Flow => ({
      direction,
      protocol,
      ...(protocol === 'all' || fromPort === undefined ? {} : { fromPort, toPort }),
      peer,
      resource,
      place: placeIn(resource, place),
      guard: guard.and(own),
    }))
    .filter(({ peer }) => !(peer.kind === 'addresses' && literalOf(peer.cidr) === NOBODY));
}

const LAST_PORT = 65_535;

/** A port that can't be read is every port. `-1` is, too. */
function portOf(node: Node, property: string): number | undefined {
  const text = knownText(node.at(property));
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
}

function peersOf(model: Model, group: PlaceId, direction: 'to' | 'from', node: Node) {
  const { side } = SIDES[direction];
  const peers: { peer: Peer; guard: Guard; place: Place }[] = [];
  if (node.kind === 'unreadable') {
    return [{ peer: { kind: 'unknown' } as Peer, guard: node.guard, place: node.place }];
  }
  for (const { value, guard, place } of ['CidrIp', 'CidrIpv6']
    .flatMap((name) => node.at(name))
    .flatMap((n) => n.texts())) {
    peers.push({ peer: { kind: 'addresses', cidr: value }, guard, place });
  }
  for (const id of idsOf(model, [...node.at(`${side}SecurityGroupId`), ...node.at(`${side}SecurityGroupName`)])) {
    peers.push({ peer: { kind: 'group', id, self: id.key === group.key }, guard: id.guard, place: id.place });
  }
  for (const id of idsOf(model, node.at(`${side}PrefixListId`))) {
    peers.push({ peer: prefixList(id), guard: id.guard, place: id.place });
  }
  return peers.length > 0 ? peers : [{ peer: { kind: 'unknown' } as Peer, guard: node.guard, place: node.place }];
}

function prefixList(id: PlaceId): Peer {
  if (id.resource?.type === 'AWS::EC2::PrefixList') {
    const cidrs = id.resource.properties
      .at('Entries')
      .flatMap((list) => list.items())
      .flatMap((entry) => entry.at('Cidr'))
      .flatMap((node) => node.texts())
      .map(({ value }) => value);
    return { kind: 'prefix list', id, owner: 'app', cidrs };
  }
  const known = literalOf(id.text);
  return { kind: 'prefix list', id, owner: known !== undefined && AWS_LISTS.has(known) ? 'AWS' : 'unknown', cidrs: [] };
}
