import table from './network-types.json';

/**
 * The effect of every CloudFormation type with network properties, from network-types.json. A test fails when the
 * installed aws-cdk-lib has a type with a VPC, subnet, route-table or security-group property, or of a network service,
 * without a class.
 */

/**
 * - `path-maker`: makes, opens or filters a path, or decides which names resolve; it is judged
 * - `consumer`: places network interfaces; it is reach, if the agent's security group can connect to it
 * - `neutral`: names a network or an address, or belongs to a network service, and changes no path
 * - `unknown`: what it does to a network isn't documented well enough
 */
export type NetworkClass = 'path-maker' | 'consumer' | 'neutral' | 'unknown';

/** How a path-maker creates a path. */
export type PathKind = keyof (typeof table)['path-maker'];

/** The facts about one type. */
export interface NetworkType {
  readonly class: NetworkClass;
  /** Only for a path-maker. */
  readonly path?: PathKind;
  /** Why its effect is unknown; only for an unknown type. */
  readonly why?: string;
}

type Services = Readonly<Record<string, string>>;

let index: Map<string, NetworkType> | undefined;

/** The class of a type (`AWS::EC2::Route`); undefined for a type without network properties, or a new one. */
export function networkTypeOf(type: string): NetworkType | undefined {
  index ??= readTable();
  return index.get(type);
}

/** Every type of the table. */
export function networkTypes(): string[] {
  index ??= readTable();
  return [...index.keys()];
}

function readTable(): Map<string, NetworkType> {
  const types = new Map<string, NetworkType>();
  for (const [path, services] of Object.entries(table['path-maker'])) {
    add(types, services, { class: 'path-maker', path: path as PathKind });
  }
  add(types, table.consumer, { class: 'consumer' });
  add(types, table.neutral, { class: 'neutral' });
  for (const [type, why] of Object.entries(table.unknown)) types.set(`AWS::${type}`, { class: 'unknown', why });
  return types;
}

function add(types: Map<string, NetworkType>, services: Services, type: NetworkType): void {
  for (const [service, names] of Object.entries(services)) {
    for (const name of names.split(' ')) types.set(`AWS::${service}::${name}`, type);
  }
}
