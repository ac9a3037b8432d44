/**
 * Which interface endpoint the requests of a role come through, as the templates say: a function or a runtime in subnets
 * of a VPC reaches a service through the endpoint of that service in the same VPC, and that is what a condition on
 * `aws:SourceVpce` sees. A role whose compute is in no VPC has none.
 */
import type { IntrinsicResolver, TemplateResource } from './intrinsics';
import type { SynthesizedStacks } from './synthesized-stacks';

interface Compute {
  readonly roleArn: string;
  readonly subnets: readonly string[];
}

/** Role ARN to endpoint id, for one service (`bedrock-mantle`). */
export function endpointsOfRoles(stacks: SynthesizedStacks, service: string): ReadonlyMap<string, string> {
  const resources = stacks.all.flatMap(({ stack, resolver }) =>
    Object.entries(stack.template.Resources ?? {}).map(([id, resource]) => ({ id, resource, resolver })),
  );
  const vpcOfSubnet = new Map<string, string>();
  const endpointOfVpc = new Map<string, string>();
  const endpointOfSubnet = new Map<string, string>();
  for (const { id, resource, resolver } of resources) {
    const { Type, Properties = {} } = resource;
    if (Type === 'AWS::EC2::Subnet') vpcOfSubnet.set(id, resolver.text(Properties.VpcId));
    if (Type === 'AWS::EC2::VPCEndpoint' && resolver.text(Properties.ServiceName).endsWith(`.${service}`)) {
      endpointOfVpc.set(resolver.text(Properties.VpcId), id);
      // An imported VPC has no subnets in the templates, but the endpoint names those it is in.
      for (const subnet of texts(resolver, Properties.SubnetIds)) endpointOfSubnet.set(subnet, id);
    }
  }
  return new Map(
    resources
      .flatMap(({ resource, resolver }) => computeOf(resource, resolver))
      .flatMap(({ roleArn, subnets }): [string, string][] => {
        const endpoint = subnets
          .map((subnet) => endpointOfVpc.get(vpcOfSubnet.get(subnet) ?? '') ?? endpointOfSubnet.get(subnet))
          .find((id) => id !== undefined);
        return endpoint === undefined ? [] : [[roleArn, endpoint]];
      }),
  );
}

function computeOf({ Type, Properties = {} }: TemplateResource, resolver: IntrinsicResolver): Compute[] {
  const member = (value: unknown, name: string) => (value as Record<string, unknown> | undefined)?.[name];
  switch (Type) {
    case 'AWS::Lambda::Function':
      return [
        {
          roleArn: resolver.text(Properties.Role),
          subnets: texts(resolver, member(Properties.VpcConfig, 'SubnetIds')),
        },
      ];
    case 'AWS::BedrockAgentCore::Runtime': {
      const network = member(Properties.NetworkConfiguration, 'NetworkModeConfig');
      return [{ roleArn: resolver.text(Properties.RoleArn), subnets: texts(resolver, member(network, 'Subnets')) }];
    }
    default:
      return [];
  }
}

function texts(resolver: IntrinsicResolver, list: unknown): string[] {
  const resolved = resolver.resolve(list ?? []);
  return Array.isArray(resolved) ? resolved.map(String) : [];
}
