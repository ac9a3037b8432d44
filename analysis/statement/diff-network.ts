import { asJson, change, name, protection, reach, cameAndWent, type Change } from './change';
import { diffGrants, type Grant } from './diff-grants';
import { grantPieces } from './diff-roles';
import { flowText } from './phrases';
import type { Statement } from './statement';

/** Ways out of the network, and the policies of endpoints. */
export function network({ network: before }: Statement, { network: after }: Statement): Change[] {
  const changes: Change[] = [];
  if (before.mode !== after.mode) {
    const wider = after.mode === 'PUBLIC' ? 'wider' : before.mode === 'PUBLIC' ? 'narrower' : 'neutral';
    changes.push(
      change(wider === 'wider' ? 'also' : wider === 'narrower' ? 'no longer' : 'other', wider, [
        wider === 'neutral'
          ? `run in network mode ${after.mode} instead of ${before.mode}`
          : 'reach any address: the Runtime is in public mode',
      ]),
    );
  }
  const endpoints = (list: typeof before.endpoints) => new Map(list.map((endpoint) => [endpoint.service, endpoint]));
  const [old, now] = [endpoints(before.endpoints), endpoints(after.endpoints)];
  changes.push(
    ...cameAndWent(before.internet, after.internet, (way, added) =>
      reach(added, ['leave its network through ', name(way)]),
    ),
    ...cameAndWent(resolved(before), resolved(after), (resolvable, added) =>
      reach(added, ['resolve the name ', name(resolvable === '*' ? '* (every name)' : resolvable)]),
    ),
    ...cameAndWent(forwarded(before), forwarded(after), (server, added) =>
      reach(added, ['send names to ', name(server)]),
    ),
    ...cameAndWent(before.flows.map(flowText), after.flows.map(flowText), (flow, added) =>
      reach(added, ['exchange network traffic ', name(flow)]),
    ),
    ...cameAndWent([...old.keys()], [...now.keys()], (service, added) =>
      reach(added, ['reach the service ', name(service), ' through an endpoint']),
    ),
    ...cameAndWent(before.subnets, after.subnets, (subnet, added) =>
      change('other', 'neutral', [added ? 'runs in the subnet ' : 'no longer runs in the subnet ', name(subnet)]),
    ),
  );
  for (const [service, endpoint] of now) {
    const was = old.get(service);
    if (!was) {
      continue;
    }
    if (was.ownPolicy !== endpoint.ownPolicy) {
      changes.push(protection(endpoint.ownPolicy, ['the policy of the endpoint ', name(service)]));
      continue;
    }
    const grants = (effect: 'allow' | 'deny', of: typeof endpoint) =>
      of.permissions
        .filter((permission) => permission.effect === effect)
        .map(({ action, resource, conditions, principal }) => ({
          action,
          resource,
          conditions: [...conditions, { operator: 'StringEquals', key: 'principal', values: [principal] }],
        }));
    changes.push(
      ...diffGrants(grants('allow', was), grants('allow', endpoint), (verb, found) => [
        'pass the endpoint ',
        name(service),
        ' with ',
        ...grantPieces(verb, found),
      ]),
      ...cameAndWent(grants('deny', was).map(asJson), grants('deny', endpoint).map(asJson), (json, added) => {
        const { action, resource } = JSON.parse(json) as Grant;
        return protection(added, [
          'denial of ',
          name(action),
          ' on ',
          name(resource),
          ' at the endpoint ',
          name(service),
        ]);
      }),
    );
  }
  return changes;
}

/** Out of a VPC, every name resolves: the public mode says so. */
function resolved({ mode, names = [] }: Statement['network']): string[] {
  return mode !== 'VPC' ? ['*'] : [...new Set(names.flatMap(({ resolves }) => resolves))];
}

function forwarded({ names = [] }: Statement['network']): string[] {
  return [...new Set(names.flatMap(({ forwardedTo }) => forwardedTo))];
}
