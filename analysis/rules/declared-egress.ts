import type { Resource } from '../model/assembly';
import type { Text } from '../model/text';
import type { RuleContext } from './rule';

/**
 * Whether a declaration allows a VPC to reach one of some peers. A gateway that gives addresses of the internet to a VPC
 * is never what a declaration means: a NAT gateway is.
 */
export function egressDeclared(
  { declared }: RuleContext,
  at: Resource,
  vpc: Text,
  peers: readonly Text[],
  port: number,
  kind = '',
): boolean {
  const isGateway = /^(?:internet|egress-only internet|carrier) gateway$|^gateway$/.test(kind);
  return !isGateway && peers.some((peer) => declared.egress({ at, vpc, peer, port }));
}
