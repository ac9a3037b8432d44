import { networkCalls, type NetworkPart } from '../network/network-calls';
import type { Finding } from './finding';
import type { RuleContext } from './rule';

/** Calls in the template that change a part of an agent's network, so that it isn't the one that was judged. */
export function* changedByCalls({ model, agents, declared }: RuleContext, part: NetworkPart): Iterable<Finding> {
  for (const { action, maker, of, guard, place, part: changed } of agents.length > 0 ? networkCalls(model) : []) {
    if (changed === part && !declared.part(maker)) {
      yield {
        at: place,
        subject: `${maker.id} ${action}`,
        when: guard.and(maker.guard),
        says: `${maker.logicalId} calls ${action} on ${of.logicalId}, which belongs to the network of an agent`,
        data: { call: maker.id, resource: of.id },
      };
    }
  }
}
