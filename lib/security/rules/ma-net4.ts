import { runtimes } from '../model/agents';
import { listAt } from '../model/json';
import { groupRules, type GroupRule, runtimeGroups } from '../model/network';
import { declaredEgress } from '../model/declared';
import type { IndexedResource, TemplateIndex } from '../template-index';
import type { CheckOptions, Finding, SecurityRule } from './rule';

const HTTPS = 443;
const NFS = 2049;
/** The rule that aws-cdk-lib writes to say "no egress": it matches nothing. */
const NOTHING = '255.255.255.255/32';

/** Nobody connects to a Runtime, and it connects to endpoints and mount targets only. */
export const MA_NET4: SecurityRule = {
  id: 'MA-NET4',
  family: 'network',
  severity: 'error',
  what: "A Runtime's security groups have no ingress, and egress only on 443 to endpoints or prefix lists and on 2049 to mount targets.",
  why: 'BMA calls the Runtime from the AWS side, so nothing has to connect to it; open egress is a way out for data even inside a VPC.',
  fix: 'Use the security group that the environment makes, remove the rule, or declare the peer: give AgentEgress.allowList or open a reason, or use Declaration.egress',
  page: 'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/agentcore-vpc.html',
  controls: { nist: ['AC-4', 'SC-7', 'SC-7(5)'], iso: ['A.8.20', 'A.8.22'], soc2: ['CC6.6', 'CC6.7'] },
  check: (index, options) => {
    const groups = new Set(runtimes(index).flatMap(runtimeGroups));
    return [
      ...withoutGroups(index),
      ...[...groups].flatMap((group) => {
        const resource = index.target(group);
        return resource?.type === 'AWS::EC2::SecurityGroup' ? judge(index, resource, options) : [];
      }),
    ];
  },
};

function withoutGroups(index: TemplateIndex): Finding[] {
  return runtimes(index).flatMap((runtime) => {
    const groups = runtimeGroups(runtime);
    const location = 'Properties.NetworkConfiguration';
    if (listAt(runtime.properties, 'NetworkConfiguration', 'NetworkModeConfig', 'Subnets').length === 0) {
      return []; // MA-NET1 speaks of it.
    }
    if (groups.length === 0) {
      return [{ resource: runtime, location, detail: 'the Runtime has no security group of its own' }];
    }
    return groups.some((group) => index.target(group) === undefined)
      ? [
          {
            resource: runtime,
            location,
            unverified: true,
            detail: 'a security group of the Runtime is not in this app: its rules cannot be checked here',
          },
        ]
      : [];
  });
}

function judge(index: TemplateIndex, group: IndexedResource, options: CheckOptions): Finding[] {
  const ingress = groupRules(index, group, 'Ingress').map(({ resource, location }) => ({
    resource,
    location,
    detail: 'a security group of a Runtime accepts connections',
  }));
  const open = groupRules(index, group, 'Egress')
    .filter((rule) => !isAllowed(index, group, rule, options))
    .map(({ resource, location, peer, fromPort, toPort }) => ({
      resource,
      location,
      detail: `a Runtime may connect to ${peer || 'anywhere'}, ${portText(fromPort, toPort)}`,
    }));
  // EC2 adds a rule that allows everything unless the group itself says something about egress.
  const implicit =
    listAt(group.properties, 'SecurityGroupEgress').length === 0
      ? [
          {
            resource: group,
            location: 'Properties.SecurityGroupEgress',
            detail: 'a security group of a Runtime states no egress, so everything is allowed',
          },
        ]
      : [];
  return [...ingress, ...open, ...implicit];
}

function isAllowed(index: TemplateIndex, group: IndexedResource, rule: GroupRule, options: CheckOptions): boolean {
  if (rule.peer === NOTHING) {
    return true;
  }
  if (rule.protocol !== 'tcp' && rule.protocol !== '6') {
    return false;
  }
  if (rule.fromPort === undefined || rule.fromPort !== rule.toPort) {
    return false;
  }
  const port = rule.fromPort;
  if (declaredEgress(index, { at: rule.resource, vpc: group.properties.VpcId, peer: rule.peer, port }, options)) {
    return true;
  }
  return (
    (rule.peerKind === 'prefixList' && port === HTTPS) ||
    (rule.peerKind === 'group' && (port === NFS || (port === HTTPS && isEndpointGroup(index, rule.peer))))
  );
}

/** A group that endpoints use; one that is not in the app is taken to be. */
function isEndpointGroup(index: TemplateIndex, peer: string): boolean {
  const group = index.target(peer);
  return (
    group === undefined ||
    index
      .ofType('AWS::EC2::VPCEndpoint')
      .some((endpoint) =>
        listAt(endpoint.properties, 'SecurityGroupIds').some((id) => index.target(id)?.id === group.id),
      )
  );
}

function portText(from: number | undefined, to: number | undefined): string {
  return from === undefined || from === -1 ? 'any port' : from === to ? `port ${from}` : `ports ${from} to ${to}`;
}
