import type { Resource } from '../model/assembly';
import { literalOf, referencesOf, textKey } from '../model/compose-text';
import type { Guard } from '../model/guard';
import { FALSE } from '../model/guard';
import type { Model } from '../model/model';
import type { Node } from '../model/node';
import type { Place, Text } from '../model/text';
import { byId, idsOf, knownText, type PlaceId } from './place-id';

/** A VPC endpoint. */
export interface Endpoint {
  readonly resource: Resource;
  /** As written; `Gateway` by default, `unknown` if it depends on the deployment. */
  readonly type: string;
  readonly serviceName: Text;
  /** The service without Region: `bedrock-mantle`, `ecr.api`, `s3`. Only of AWS services in the Region of the stack. */
  readonly service?: string;
  /**
   * The owner of the service. `app`: an endpoint service of the assembly. `foreign`: another customer, which is a way
   * out. `unknown`: the name can't be read.
   */
  readonly owner: 'AWS' | 'app' | 'foreign' | 'unknown';
  /** When the name of the service resolves to the endpoint. */
  readonly privateNames: Guard;
  /** Its own policies; without one, every call is allowed. */
  readonly policies: readonly Node[];
  readonly groups: readonly PlaceId[];
  readonly subnets: readonly PlaceId[];
  readonly place: Place;
  readonly guard: Guard;
}

const HOLE = '\u0000';
/**
 * Names of AWS services: com.amazonaws.REGION.SERVICE, and for some aws.api.REGION.SERVICE or aws.sagemaker.REGION.NAME
 * (docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html). An endpoint service of a customer is
 * com.amazonaws.vpce.REGION.ID.
 */
const AWS_SERVICE = /^(?:cn\.)?(?:com\.amazonaws|aws\.api|aws\.sagemaker)\.(?!vpce\.)([^.]+)\.([^\0]+)$/;
/** Types that lead to an appliance or to resources of another owner. */
const OTHER_TYPES = ['GatewayLoadBalancer', 'Resource', 'ServiceNetwork'];
const OWN_SERVICES = ['AWS::EC2::VPCEndpointService', 'AWS::VpcLattice::ResourceConfiguration'];
const CUSTOMER_SERVICE = /^(?:cn\.)?com\.amazonaws\.vpce\./;

/** The endpoints in a VPC. */
export function endpointsIn(model: Model, vpc: PlaceId): Endpoint[] {
  return (model.view(endpointsByVpc).get(vpc.key) ?? []).flatMap(({ resource, id }) =>
    endpointsOf(model, resource, vpc.guard.and(resource.guard).and(id.guard)),
  );
}

const endpointsByVpc = (model: Model) => byId(model, 'AWS::EC2::VPCEndpoint', 'VpcId');

function endpointsOf(model: Model, resource: Resource, guard: Guard): Endpoint[] {
  const { properties } = resource;
  const names = ['ServiceName', 'ResourceConfigurationArn', 'ServiceNetworkArn']
    .flatMap((property) => properties.at(property))
    .flatMap((node) => node.texts());
  const types = properties.at('VpcEndpointType');
  const type = types.length === 0 ? 'Gateway' : (knownText(types) ?? 'unknown');
  return names
    .map((name) => ({ ...name, guard: guard.and(name.guard) }))
    .filter((name) => name.guard.possible())
    .map((name): Endpoint => ({
      resource,
      type,
      serviceName: name.value,
      ...ownerOf(model, resource, type, name.value),
      privateNames: resolvesEveryName(properties)
        ? properties
            .at('PrivateDnsEnabled')
            .flatMap((node) => node.texts())
            .filter(({ value }) => /^true$/i.test(literalOf(value) ?? ''))
            .reduce<Guard>((any, each) => any.or(each.guard), FALSE)
        : FALSE,
      policies: properties.at('PolicyDocument'),
      groups: idsOf(model, properties.at('SecurityGroupIds')),
      subnets: idsOf(model, properties.at('SubnetIds')),
      place: name.place,
      guard: name.guard,
    }));
}

/** Values of `DnsOptions` with which the names of the service resolve to the endpoint in the VPC; any other may limit that. */
const DNS_OPTIONS: ReadonlyMap<string, RegExp> = new Map([
  ['DnsRecordIpType', /./],
  ['PrivateDnsOnlyForInboundResolverEndpoint', /^AllResolvers$/],
  ['PrivateDnsPreference', /^ALL_DOMAINS$/],
]);

function resolvesEveryName(properties: Node): boolean {
  return properties
    .at('DnsOptions')
    .flatMap((options) => options.entries())
    .every(([name, value]) => DNS_OPTIONS.get(name)?.test(knownText([value]) ?? '') ?? false);
}

/** An endpoint for the same service in another Region, which doesn't serve calls to this one. */
function isOfAnotherRegion({ properties, stack }: Resource): boolean {
  const regions = properties.at('ServiceRegion').flatMap((node) => node.texts());
  return regions.some(({ value }) => textKey(value) !== textKey(stack.region));
}

function ownerOf(model: Model, resource: Resource, type: string, name: Text): Pick<Endpoint, 'owner' | 'service'> {
  const written = name.map((part) => (typeof part === 'string' ? part : HOLE)).join('');
  const isApp = referencesOf(name).some((reference) =>
    OWN_SERVICES.includes(model.resource(reference.resource)?.type ?? ''),
  );
  if (isApp) {
    return { owner: 'app' };
  }
  const [, region, service] = AWS_SERVICE.exec(written) ?? [];
  if (service !== undefined && !OTHER_TYPES.includes(type)) {
    const here = literalOf(resource.stack.region);
    const elsewhere = (here !== undefined && region !== HOLE && region !== here) || isOfAnotherRegion(resource);
    return { owner: 'AWS', ...(elsewhere ? {} : { service }) };
  }
  return { owner: written.includes(HOLE) && !CUSTOMER_SERVICE.test(written) ? 'unknown' : 'foreign' };
}
