import type { Resource } from '../model/assembly';
import { literalOf } from '../model/compose-text';
import { printed } from '../model/printed-text';
import type { Text } from '../model/text';
import type { Flow, Peer } from '../network/group-rules';
import { networkOf, type Network } from '../network/network';
import { egressDeclared } from './declared-egress';
import type { Finding } from './finding';
import { changedByCalls } from './network-calls';
import { rule, type RuleContext } from './rule';
import { placeAt } from './setting';

const HTTPS = 443;
const NFS = 2049;
const MOUNT_TARGET = /::MountTarget$/;

/** Nobody connects to a Runtime, and it connects to endpoints and mount targets only. */
export const MA_NET4 = rule({
  id: 'MA-NET4',
  family: 'network',
  severity: 'error',
  subject: 'security group of a Runtime',
  what: "A Runtime's security groups have no ingress, and egress only on 443 to endpoints or the prefix lists of AWS services, and on 2049 to mount targets.",
  why: 'BMA calls the Runtime from the AWS side, so nothing has to connect to it; open egress lets data leave even inside a VPC.',
  fix: 'Use the security group that the environment creates, remove the rule, or declare the peer: give AgentEgress.allowList or open a reason, or use Declaration.egress',
  page: 'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/agentcore-vpc.html',
  controls: { nist: ['AC-4', 'SC-7', 'SC-7(5)'], iso: ['A.8.20', 'A.8.22'], soc2: ['CC6.6', 'CC6.7'] },
  *check(context) {
    yield* changedByCalls(context, 'groups');
    for (const { runtime, kind } of context.agents) {
      const network = networkOf(context.model, runtime);
      if (network.subnets.length > 0 && network.groups.length === 0) {
        const at = placeAt(runtime, kind.subnets[0]);
        yield { at, says: 'The Runtime has no security group of its own' };
      }
      for (const flow of network.flows) {
        yield* judge(context, runtime, network, flow);
      }
    }
  },
});

function* judge(context: RuleContext, runtime: Resource, network: Network, flow: Flow): Iterable<Finding> {
  const { declared, unread } = context;
  const { direction, peer, guard, resource } = flow;
  const at = flow.place.resource === resource && flow.place.path !== 'Properties' ? flow.place : resource;
  const when = guard.and(runtime.guard);
  if (direction === 'from') {
    if (!declared.part(resource)) {
      yield { at, when, says: 'A security group of a Runtime accepts connections' };
    }
    return;
  }
  if (flow.implied) {
    const isDefault = resource.type === 'AWS::EC2::VPC';
    const says = isDefault
      ? 'A Runtime uses the default security group of its VPC, which allows all egress'
      : "A security group of a Runtime doesn't set its egress, so everything is allowed";
    yield {
      at: isDefault ? runtime : placeAt(resource, 'SecurityGroupEgress'),
      when,
      says,
    };
    return;
  }
  if (isAllowed(network, flow) || isDeclared(context, network, flow)) {
    return;
  }
  const name = peerName(peer);
  const hole = peerText(peer)?.find((part) => typeof part !== 'string');
  if (typeof hole === 'object' && hole.kind !== 'reference' && hole.unreadable && isNarrow(flow)) {
    // Whoever deploys passes the security group, and may pass the group of the endpoints.
    unread(runtime.id, resource, [hole]);
    return;
  }
  yield {
    at,
    when,
    says: `A Runtime may connect to ${name}, ${portText(flow)}${namesText(network, peer)}`,
    data: { exit: resource.id, runtime: runtime.id },
  };
}

/** Whether a rule opens one TCP port that agents need. */
function isNarrow({ protocol, fromPort, toPort }: Flow): boolean {
  return (
    protocol === 'tcp' && fromPort !== undefined && fromPort === toPort && (fromPort === HTTPS || fromPort === NFS)
  );
}

function isAllowed({ connections, endpoints, of }: Network, flow: Flow): boolean {
  const { peer, fromPort } = flow;
  if (!isNarrow(flow)) {
    return false;
  }
  if (peer.kind === 'prefix list') {
    return fromPort === HTTPS && peer.owner === 'AWS';
  }
  if (peer.kind !== 'group') {
    return false;
  }
  // Other members of this group can also be reached.
  const others = connections.filter((each) => each.flow === flow && each.to.id !== of.id).map(({ to }) => to);
  return fromPort === NFS
    ? others.length > 0 && others.every(({ type }) => MOUNT_TARGET.test(type))
    : endpoints.some(({ groups }) => groups.some(({ key }) => key === peer.id.key)) &&
        others.every(({ type }) => type === 'AWS::EC2::VPCEndpoint');
}

function isDeclared(context: RuleContext, { vpcs }: Network, flow: Flow): boolean {
  const { declared } = context;
  const { peer, resource, fromPort, toPort, protocol } = flow;
  const text = peerText(peer);
  if (!text || protocol !== 'tcp' || fromPort === undefined || fromPort !== toPort) {
    return false;
  }
  // A security group outside of the assembly, passed to a construct.
  const isGiven = peer.kind === 'group' && !peer.id.resource && isNarrow(flow) && declared.outside(text);
  return isGiven || vpcs.some((vpc) => egressDeclared(context, resource, vpc.text, [text], fromPort));
}

function peerText(peer: Peer): Text | undefined {
  switch (peer.kind) {
    case 'addresses':
      return peer.cidr;
    case 'unknown':
      return undefined;
    default:
      return peer.id.text;
  }
}

function peerName(peer: Peer): string {
  const text = peerText(peer);
  const name = text === undefined || text.length === 0 ? 'anywhere' : printed(text);
  switch (peer.kind) {
    case 'prefix list':
      return peer.owner === 'app' && peer.cidrs.length > 0
        ? `the prefix list ${name} (${peer.cidrs.map(printed).join(', ')})`
        : `the prefix list ${name}`;
    case 'group':
      return `the security group ${name}, which isn't only of endpoints or mount targets`;
    default:
      return name;
  }
}

const EVERYWHERE = ['0.0.0.0/0', '::/0'];

/** The names that an agent can connect to if DNS Firewall limits them: those of `AgentEgress.allowList`. */
function namesText({ names }: Network, peer: Peer): string {
  const everywhere = peer.kind === 'addresses' && EVERYWHERE.includes(literalOf(peer.cidr) ?? '');
  const [first] = names;
  if (!everywhere || !first || first.resolution.because !== '') {
    return '';
  }
  const allowed = [...new Set(first.resolution.allowed.map(printed))];
  return `. Only these names resolve (AgentEgress.allowList): ${list(allowed)}. The egress has no reason yet: give it one, which declares it`;
}

const MOST_NAMES = 5;

function list(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(', ');
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}

function portText({ protocol, fromPort, toPort }: Flow): string {
  if (fromPort === undefined) {
    return protocol === 'all' ? 'any port' : `any port (${protocol})`;
  }
  return fromPort === toPort ? `port ${fromPort}` : `ports ${fromPort} to ${toPort}`;
}
