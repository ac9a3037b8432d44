import type { Resource } from '../model/assembly';
import type { Effect } from './effect';
import { creates, ends, idOf, isOrMayBe, nameOf, printedAt, type Scene } from './scene';

const SUBNET = 'AWS::EC2::Subnet';
const ENDPOINT = 'AWS::EC2::VPCEndpoint';

/** CloudFormation creates new resources before it deletes old ones, so both must fit in the VPC at the same time. */
export function networkEffects(scene: Scene): Effect[] {
  const created = new Set(scene.changes.filter(creates).map(idOf));
  const made = (type: string) =>
    scene.after.ofType(type).filter((each) => created.has(each.id) && !inNewVpc(each, created));
  /**
   * The existing resources when a resource is created: deployed ones, and those that the same change created before.
   */
  const withOthers = <T>(type: string, find: (there: readonly Resource[], resource: Resource) => T[]): T[] =>
    made(type).flatMap((each, index, all) => find([...scene.before.ofType(type), ...all.slice(0, index)], each));
  return [
    ...withOthers(SUBNET, overlaps),
    ...withOthers(ENDPOINT, sameDns),
    ...withOthers(ENDPOINT, sameRoute),
    ...scene.changes
      .filter((change) => change.type === ENDPOINT && ends(change))
      .map((change) => ({
        level: 'interrupts' as const,
        kind: 'endpoint-recreated' as const,
        subject: change.path,
        says: `The endpoint ${isOrMayBe(change, change.action === 'remove' ? 'deleted' : 'recreated')}: connections through it end`,
        names: [],
      })),
  ];
}

/** Whether the VPC is created by the same change, so that nothing is in it. */
function inNewVpc(resource: Resource, created: ReadonlySet<string>): boolean {
  return printedAt(resource, 'VpcId').some((vpc) => created.has(/^\$\{(.*?#[^.}]+)/.exec(vpc)?.[1] ?? ''));
}

function overlaps(others: readonly Resource[], subnet: Resource): Effect[] {
  const ranges = printedAt(subnet, 'CidrBlock');
  const there = others.filter((each) => sameText(each, subnet, 'VpcId'));
  const unread = ranges.filter((range) => rangeOf(range) === undefined);
  if (unread.length > 0 && there.length > 0) {
    return [
      {
        level: 'unknown',
        kind: 'ranges-overlap',
        subject: nameOf(subnet),
        says: 'The range of the new subnet ({}) is known only at deployment: it must not overlap the subnets that the VPC has',
        names: unread,
      },
    ];
  }
  return there.flatMap((old) =>
    printedAt(old, 'CidrBlock')
      .filter((range) => ranges.some((each) => overlap(each, range)))
      .map((range) => ({
        level: 'blocks' as const,
        kind: 'ranges-overlap' as const,
        subject: nameOf(subnet),
        says: 'The new subnet ({}) is created while {} ({}) exists, and their ranges overlap: EC2 refuses it',
        names: [ranges.join(', '), nameOf(old), range],
        fix: 'keep the construct ids and the range, or make a new network and move the agent to it',
      })),
  );
}

function sameDns(others: readonly Resource[], endpoint: Resource): Effect[] {
  if (!printedAt(endpoint, 'PrivateDnsEnabled').includes('true')) return [];
  return others
    .filter(
      (old) =>
        printedAt(old, 'PrivateDnsEnabled').includes('true') &&
        sameText(old, endpoint, 'VpcId') &&
        sameText(old, endpoint, 'ServiceName'),
    )
    .map((old) => ({
      level: 'blocks' as const,
      kind: 'private-dns-conflict' as const,
      subject: nameOf(endpoint),
      says: 'The new endpoint is created while {} exists, and both answer the private DNS name of {}: EC2 refuses it',
      names: [nameOf(old), printedAt(endpoint, 'ServiceName').join(', ')],
      fix: 'share one network, keep the construct id, or take the old endpoint away in a deployment of its own',
    }));
}

/**
 * A route table has one route to the gateway endpoints of a service
 * (docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html).
 */
function sameRoute(others: readonly Resource[], endpoint: Resource): Effect[] {
  return others
    .filter((old) => sameText(old, endpoint, 'RouteTableIds') && sameText(old, endpoint, 'ServiceName'))
    .map((old) => ({
      level: 'blocks' as const,
      kind: 'route-taken' as const,
      subject: nameOf(endpoint),
      says: 'The new gateway endpoint is created while {} exists, and a route table can have only one route to {}: EC2 refuses it',
      names: [nameOf(old), printedAt(endpoint, 'ServiceName').join(', ')],
      fix: 'share one network, keep the construct id, or take the old endpoint away in a deployment of its own',
    }));
}

function sameText(one: Resource, other: Resource, property: string): boolean {
  const texts = printedAt(other, property);
  return printedAt(one, property).some((text) => texts.includes(text));
}

/** First and last address of an IPv4 range; undefined for anything else. */
function rangeOf(range: string): readonly [number, number] | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(range);
  if (!match) return undefined;
  const [a, b, c, d, bits] = match.slice(1).map(Number);
  const size = 2 ** (32 - bits);
  const first = Math.floor((((a * 256 + b) * 256 + c) * 256 + d) / size) * size;
  return [first, first + size - 1];
}

function overlap(one: string, other: string): boolean {
  const [left, right] = [rangeOf(one), rangeOf(other)];
  return left !== undefined && right !== undefined && left[0] <= right[1] && right[0] <= left[1];
}
