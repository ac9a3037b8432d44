import type { Resource } from '../model/assembly';
import { mentionsOf } from '../model/mentions';
import type { TemplateModel } from '../model/template-model';
import { literalsAt, valuesAt } from '../model/values-at';
import type { Opening } from './opening';
import { resourcesAt } from './setting';

/** Compute that accepts connections from the network. */
export const LISTENING: readonly string[] = [
  'AWS::EC2::Instance',
  'AWS::EC2::LaunchTemplate',
  'AWS::AutoScaling::LaunchConfiguration',
  'AWS::ECS::Service',
  'AWS::ECS::TaskSet',
  'AWS::EMR::Cluster',
];

/** Templates don't say which ports programs listen on, so every open port counts. */
export function openPorts(resource: Resource, model: TemplateModel): Opening | undefined {
  const groups = mentionsOf(model, resource).filter(({ resource: { type } }) => type === 'AWS::EC2::SecurityGroup');
  const open = groups.find(({ resource: group }) => letsInTheWorld(group, model));
  return open
    ? { how: 'weak', path: open.path.slice(0, 1), says: `Everybody can connect to ${resource.logicalId}` }
    : undefined;
}

/** Ranges with a large part of all addresses, IPv4 or IPv6. */
const OF_THE_WORLD = /\/[0-7]$/;

function letsInTheWorld(group: Resource, model: TemplateModel): boolean {
  const rules = [
    ...valuesAt(group.properties, 'SecurityGroupIngress'),
    ...model
      .ofType('AWS::EC2::SecurityGroupIngress')
      .filter((each) => resourcesAt(each, 'GroupId', model).includes(group))
      .map(({ properties }) => properties),
  ];
  return rules.some((each) =>
    ['CidrIp', 'CidrIpv6'].some((key) => literalsAt(each, key).some((cidr) => OF_THE_WORLD.test(cidr))),
  );
}
