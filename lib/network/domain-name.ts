import type { IConstruct } from 'constructs';
import { requireInput, requirePattern } from '../validation/input-error';

/**
 * Domains with names of all AWS services and customers. A wildcard in them must name a service in a Region: a wildcard
 * for a whole Region would include the APIs and function URLs of any customer.
 */
const SHARED = ['amazonaws.com', 'api.aws', 'on.aws'];

/**
 * Refuses domains that DNS Firewall doesn't accept, and wildcards for all of AWS. Unresolved tokens pass.
 *
 * Source: docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_UpdateFirewallDomains.html, read 2026-11-23.
 */
export function requireDomain(where: IConstruct | string, input: string, domain: string): void {
  requirePattern(
    where,
    input,
    domain,
    /^(?=.{1,255}$)(\*\.)?([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}$/,
    "a domain name of 1 to 255 letters, digits, '-' and '.', optionally with a leading '*.'",
    "write the bare name, for example 'registry.npmjs.org' or '*.example.com' (no scheme, port or path; '*' alone is AgentEgress.open())",
  );
  requireInput(!isAllOfAws(domain.toLowerCase()), where, {
    input,
    value: domain,
    allowed: 'names of the services that agents need, not of all services and customers of AWS',
    fix: "name the host, for example 'wss.bedrock-mantle.us-east-1.api.aws', or add the service with addService",
  });
}

function isAllOfAws(domain: string): boolean {
  const shared = SHARED.find((each) => domain.endsWith(`.${each}`));
  return shared !== undefined && /^\*\.([^.]+\.)?$/.test(domain.slice(0, -shared.length));
}
