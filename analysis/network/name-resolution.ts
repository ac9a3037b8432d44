import type { Resource } from '../model/assembly';
import { literalOf, textOf } from '../model/compose-text';
import type { Guard } from '../model/guard';
import { FALSE, TRUE } from '../model/guard';
import type { Model } from '../model/model';
import type { Node } from '../model/node';
import type { Case, Place, Text } from '../model/text';
import { byId, idsOf, knownText, type PlaceId } from './place-id';
import type { WayOut } from './ways-out';

/** The names that a VPC resolves. */
export interface NameResolution {
  /** When DNS Firewall allows only the allowed names and fails closed. */
  readonly limited: Guard;
  /** Whether any rule group is associated with the VPC. */
  readonly hasRules: boolean;
  /** The allowed names, if it is limited. */
  readonly allowed: readonly Text[];
  /** Names that go to servers outside of the VPC: resolver rules and DHCP options. */
  readonly forwarded: readonly WayOut[];
  /** Why it isn't limited, or not in every deployment. Empty if it is. */
  readonly because: string;
  readonly place?: Place;
}

interface FirewallRule {
  readonly group: number;
  readonly priority: number;
  readonly node: Node;
  readonly guard: Guard;
  readonly resource: Resource;
}

const firewalls = (model: Model) => byId(model, 'AWS::Route53Resolver::FirewallRuleGroupAssociation', 'VpcId');
const firewallConfigs = (model: Model) => byId(model, 'AWS::Route53Resolver::FirewallConfig', 'ResourceId');
const resolverRules = (model: Model) => byId(model, 'AWS::Route53Resolver::ResolverRuleAssociation', 'VPCId');
const dhcpOptions = (model: Model) => byId(model, 'AWS::EC2::VPCDHCPOptionsAssociation', 'VpcId');

/** Reads the DNS limits of a VPC, and the other servers that get queries. */
export function nameResolutionOf(model: Model, vpc: PlaceId): NameResolution {
  const forwarded = [...forwardedByRules(model, vpc), ...serversOfDhcp(model, vpc)].filter(({ guard }) =>
    guard.possible(),
  );
  const rules = rulesOf(model, vpc);
  let passed: Guard = FALSE;
  let limited: Guard = FALSE;
  let because = rules.length === 0 ? 'no DNS Firewall rule group of the assembly is associated with the VPC' : '';
  let place: Place | undefined;
  const allowed: Text[] = [];
  for (const { node, guard, resource } of rules) {
    const domains = domainsOf(model, node);
    for (const action of node.at('Action').flatMap((each) => each.texts())) {
      const deployed = guard.and(action.guard);
      if (literalOf(action.value) === 'BLOCK') {
        const everything = blocksEveryName(node) ? anyOf(domains, ({ value }) => literalOf(value) === '*') : FALSE;
        limited = limited.or(deployed.and(everything).and(passed.not()));
        continue;
      }
      const everything = deployed.and(anyOf(domains, ({ value }) => mayBeEverything(value)));
      if (everything.possible()) {
        passed = passed.or(everything);
        because = 'a rule lets every name pass, or names that are not in the assembly';
        place = resource.properties.place;
      } else if (literalOf(action.value) === 'ALLOW') {
        allowed.push(...domains.map(({ value }) => value));
      }
    }
  }
  if (because === '') {
    because = 'no rule blocks the names that no other rule allows';
  }
  for (const { resource, id } of model.view(firewallConfigs).get(vpc.key) ?? []) {
    const open = resource.properties
      .at('FirewallFailOpen')
      .flatMap((node) => node.texts())
      .filter(({ value }) => literalOf(value) !== 'DISABLED')
      .reduce<Guard>((any, each) => any.or(each.guard), FALSE)
      .and(resource.guard)
      .and(id.guard);
    if (open.possible()) {
      limited = limited.and(open.not());
      because = 'queries pass while DNS Firewall does not answer';
      place = resource.properties.place;
    }
  }
  // It is limited in every deployment in which the VPC is there.
  const isLimited = !(vpc.resource?.guard ?? TRUE).and(vpc.guard).and(limited.not()).possible();
  const found = { limited, hasRules: rules.length > 0, allowed, forwarded };
  return isLimited ? { ...found, because: '' } : { ...found, because, place };
}

/** The rules of all rule groups of a VPC, in the order in which they are evaluated. */
function rulesOf(model: Model, vpc: PlaceId): FirewallRule[] {
  const rules = (model.view(firewalls).get(vpc.key) ?? []).flatMap(({ resource, id }) => {
    const priority = priorityOf(resource.properties);
    return idsOf(model, resource.properties.at('FirewallRuleGroupId')).flatMap((group) =>
      (group.resource?.properties.at('FirewallRules') ?? [])
        .flatMap((list) => list.items())
        .map((node): FirewallRule => ({
          group: priority,
          priority: priorityOf(node),
          node,
          guard: resource.guard.and(id.guard).and(group.guard).and(group.resource!.guard).and(node.guard),
          resource: group.resource!,
        })),
    );
  });
  return rules.sort((left, right) => left.group - right.group || left.priority - right.priority);
}

const priorityOf = (node: Node): number => Number(knownText(node.at('Priority')) ?? Number.MAX_SAFE_INTEGER);

/** `*`, or an unknown name. */
const mayBeEverything = (domain: Text): boolean =>
  literalOf(domain) === '*' || (domain.length === 1 && typeof domain[0] !== 'string');

/** Properties with which a rule still blocks every query for its names. */
const OF_A_BLOCK: ReadonlySet<string> = new Set([
  'Action',
  'BlockResponse',
  'FirewallDomainListId',
  'FirewallDomainRedirectionAction',
  'Priority',
]);

/**
 * A rule for one query type, one that is disabled, or one that responds with another name doesn't block every query. What
 * a property that isn't known here changes, nobody here knows.
 */
function blocksEveryName(node: Node): boolean {
  const responses = node.at('BlockResponse');
  const response = responses.length === 0 ? 'NODATA' : knownText(responses);
  const status = node.at('Status');
  return (
    (response === 'NODATA' || response === 'NXDOMAIN') &&
    (status.length === 0 || knownText(status) === 'ENABLED') &&
    node.entries().every(([name]) => name === 'Status' || OF_A_BLOCK.has(name))
  );
}

/** When one of the names is such a name. */
const anyOf = (domains: readonly Case<Text>[], matches: (domain: Case<Text>) => boolean): Guard =>
  domains.filter(matches).reduce<Guard>((any, { guard }) => any.or(guard), FALSE);

/**
 * The names of a rule. A list that isn't in the assembly is one name of which nothing is known. So is what a rule without a
 * list is for: kinds of threats or of content, which are not in the assembly either.
 */
function domainsOf(model: Model, node: Node): readonly Case<Text>[] {
  if (node.at('FirewallDomainListId').length === 0) {
    const { guard, place } = node;
    return [{ value: [{ kind: 'unreadable', key: `names of ${place.path}`, excludes: '' }], guard, place }];
  }
  return idsOf(model, node.at('FirewallDomainListId')).flatMap((list): Case<Text>[] => {
    const { resource, guard, place, key } = list;
    if (!resource || resource.properties.at('DomainFileUrl').length > 0) {
      return [{ value: [{ kind: 'unreadable', key, excludes: '' }], guard, place }];
    }
    return resource.properties
      .at('Domains')
      .flatMap((domains) => domains.items())
      .flatMap((domain) => domain.texts())
      .map((domain) => ({ ...domain, guard: domain.guard.and(guard).and(resource.guard) }));
  });
}

function forwardedByRules(model: Model, vpc: PlaceId): WayOut[] {
  return (model.view(resolverRules).get(vpc.key) ?? []).flatMap(({ resource, id }) =>
    idsOf(model, resource.properties.at('ResolverRuleId')).flatMap((rule): WayOut[] => {
      const type = rule.resource ? knownText(rule.resource.properties.at('RuleType')) : undefined;
      if (type === 'SYSTEM' || type === 'RECURSIVE') {
        return [];
      }
      const [domain] = (rule.resource?.properties.at('DomainName') ?? []).flatMap((node) => node.texts());
      return [
        {
          kind: 'resolver rule',
          beyond: 'names',
          to: domain?.value ?? textOf('names that the rule does not show'),
          through: rule.text,
          resource: rule.resource ?? resource,
          place: rule.place,
          guard: resource.guard.and(id.guard).and(rule.guard),
          certainty: rule.resource ? 'yes' : 'maybe',
        },
      ];
    }),
  );
}

function serversOfDhcp(model: Model, vpc: PlaceId): WayOut[] {
  return (model.view(dhcpOptions).get(vpc.key) ?? []).flatMap(({ resource, id }) =>
    idsOf(model, resource.properties.at('DhcpOptionsId')).flatMap((options): WayOut[] => {
      const guard = resource.guard.and(id.guard).and(options.guard);
      const way = { kind: 'DHCP options', beyond: 'names', resource, through: options.text } as const;
      if (!options.resource) {
        return literalOf(options.text) === 'default'
          ? []
          : [{ ...way, to: textOf('every name'), place: options.place, guard, certainty: 'maybe' }];
      }
      return idsOf(model, options.resource.properties.at('DomainNameServers'))
        .filter(({ text }) => literalOf(text) !== 'AmazonProvidedDNS')
        .map((server) => ({
          ...way,
          to: textOf('every name'),
          through: server.text,
          place: server.place,
          guard: guard.and(server.guard),
          certainty: 'yes',
        }));
    }),
  );
}
