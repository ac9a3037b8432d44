import type { Resource } from '../model/assembly';
import type { Text } from '../model/text';
import type { RuleContext } from './rule';

/**
 * Whether a declaration allows a VPC to reach one of some peers. A declaration covers a NAT gateway, but never a
 * gateway that gives internet addresses to a VPC.
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
