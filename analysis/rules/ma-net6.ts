import { literalOf } from '../model/compose-text';
import type { Model } from '../model/model';
import { printed } from '../model/printed-text';
import type { Text } from '../model/text';
import { networkOf } from '../network/network';
import { rule } from './rule';
import { changedByCalls } from './network-calls';
import { placeAt } from './setting';

/** DNS Firewall limits the names that an agent can resolve. DNS queries for any name are a way out. */
export const MA_NET6 = rule({
  id: 'MA-NET6',
  family: 'network',
  severity: 'error',
  subject: 'VPC of a Runtime',
  what: "DNS Firewall limits the names that resolve in the agent's VPC to those that it needs, blocks every other name, and lets no query pass while it fails.",
  why: 'The resolver of a VPC sends queries to servers on the internet even where no route leads there, so whatever an agent can read can leave in the names that it looks up.',
  fix: 'Use AgentNetwork, which limits names in the VPC it creates, or associate a DNS Firewall rule group that allows the needed names and blocks * with the VPC; declare the VPC with Declaration.unreadable where names are limited elsewhere',
  page: 'https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall.html',
  controls: { nist: ['AC-4', 'SC-7(5)', 'SC-20'], iso: ['A.8.20', 'A.8.23'], soc2: ['CC6.6', 'CC6.7'] },
  *check(context) {
    yield* changedByCalls(context, 'names');
    const judged = new Set<string>();
    for (const { runtime } of context.agents) {
      const { names, ways } = networkOf(context.model, runtime);
      const reachesInternet = ways.some(({ beyond }) => beyond === 'internet');
      for (const { vpc, resolution } of names) {
        const { resource } = vpc;
        const tunnels = reachesInternet ? [] : resolution.allowed.filter((name) => isOfOthers(context.model, name));
        if (resource && tunnels.length > 0 && !judged.has(`${vpc.key} names`) && !context.declared.part(resource)) {
          judged.add(`${vpc.key} names`);
          yield {
            at: placeAt(resource),
            subject: `names ${resource.id}`,
            says: `Every name below ${tunnels.map((name) => printed(name).replace(/^\*\./, '')).join(', ')} resolves in the VPC of a Runtime, though none of them can be reached: data can leave in names`,
            data: { exit: `dns ${resource.id}` },
          };
        }
        const open = vpc.guard.and(runtime.guard).and(resolution.limited.not());
        if (!resource || judged.has(vpc.key) || context.declared.part(resource) || !open.possible()) {
          continue;
        }
        judged.add(vpc.key);
        // A VPC without DNS Firewall has the default of AWS. Rules without an effect are mistakes.
        const isDefault = !resolution.hasRules && resolution.place === undefined;
        if (isDefault && reachesInternet) {
          // MA-NET1 reports the way out, unless it is declared. Names add nothing to a way to every host.
          continue;
        }
        yield {
          at: resolution.place ?? placeAt(resource),
          subject: resource.id,
          when: open,
          ...(isDefault ? { severity: 'warning' as const } : {}),
          says: `Names in the VPC ${printed(vpc.text)} of a Runtime aren't limited: ${resolution.because}`,
          data: { exit: `dns ${resource.id}` },
        };
      }
    }
  },
});

/** Names of AWS and of the VPC itself. */
const OF_AWS = /\.(?:amazonaws\.com(?:\.cn)?|api\.aws|on\.aws|aws\.dev|(?:ec2|compute)\.internal)\.?$/;

/** Whether a wildcard matches names of others: neither of AWS nor of a private zone of the app. */
function isOfOthers(model: Model, name: Text): boolean {
  const known = literalOf(name);
  const zones = model
    .ofType('AWS::Route53::HostedZone', 'AWS::ServiceDiscovery::PrivateDnsNamespace')
    .flatMap(({ properties }) => properties.at('Name'))
    .flatMap((node) => node.texts())
    .flatMap(({ value }) => literalOf(value)?.replace(/\.$/, '') ?? []);
  return (
    known?.startsWith('*.') === true &&
    !OF_AWS.test(known) &&
    !zones.some((zone) => known.replace(/\.$/, '').endsWith(`.${zone}`))
  );
}
