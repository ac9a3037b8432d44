// Which CloudFormation types of the installed aws-cdk-lib need a class in analysis/facts/network-types.json.
import { propertiesOfTypes } from './cdk-types';

/** A property with such a name says where in a network something is. */
const PLACE = /vpc|subnet|securitygroup|routetable/i;

/** Services of which every type needs a class: most of them make paths without naming a place. */
const NETWORK_SERVICES =
  /^AWS::(AppMesh|DirectConnect|EC2|GlobalAccelerator|Interconnect|NetworkFirewall|NetworkManager|NetworkSecurityManager|RAM|RTBFabric|RefactorSpaces|Route53|Route53GlobalResolver|Route53Profiles|Route53Resolver|ServiceDiscovery|VpcLattice)::/;

/** Type name → the properties with a place; empty for a type that needs a class for its service. */
export function typesThatNeedNetworkClass(): Map<string, string[]> {
  const needed = new Map<string, string[]>();
  for (const [type, properties] of propertiesOfTypes()) {
    const places = properties.filter((property) => PLACE.test(property.slice(property.lastIndexOf('.') + 1)));
    if (places.length > 0 || NETWORK_SERVICES.test(type)) needed.set(type, places);
  }
  return needed;
}
