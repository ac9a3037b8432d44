/** The DNS Firewall of a stack's template: which names does a VPC resolve? */
export function resolverOf(template: { Resources: Record<string, { Type: string; Properties: any }> }) {
  const of = (type: string) =>
    Object.entries(template.Resources)
      .filter(([, resource]) => resource.Type === `AWS::Route53Resolver::${type}`)
      .map(([id, { Properties }]) => ({ id, ...Properties }));
  const lists = new Map(of('FirewallDomainList').map(({ id, Domains }) => [id, Domains.map(textOf) as string[]]));
  const groups = of('FirewallRuleGroup');
  const rules = of('FirewallRuleGroupAssociation')
    .sort((one, other) => one.Priority - other.Priority)
    .flatMap(({ FirewallRuleGroupId }) => {
      const { FirewallRules } = groups.find(({ id }) => id === FirewallRuleGroupId['Fn::GetAtt'][0])!;
      return [...FirewallRules].sort((one: any, other: any) => one.Priority - other.Priority);
    });
  return {
    domains: [...lists.values()].flat(),
    answers: (name: string): boolean => {
      const rule = rules.find(({ FirewallDomainListId }) =>
        lists.get(FirewallDomainListId['Fn::GetAtt'][0])!.some((domain) => covers(domain, name.toLowerCase())),
      );
      return rule === undefined || rule.Action !== 'BLOCK';
    },
  };
}

/** `*.example.com` is every name below it, not the name itself. */
function covers(domain: string, name: string): boolean {
  return domain === '*' || (domain.startsWith('*.') ? name.endsWith(domain.slice(1)) : name === domain);
}

function textOf(domain: unknown): string {
  if (typeof domain === 'string') {
    return domain.toLowerCase();
  }
  throw new Error(`not a literal domain: ${JSON.stringify(domain)}`);
}
