import { agents } from './agents';
import type { Resource } from './assembly';
import { addTo } from './list-map';
import { mentionsOf } from './mentions';
import type { Model } from './model';

/** Ids of the networks that agents run in (VPC, subnets, security groups, route tables), with the agents. */
export function networkParts(model: Model): ReadonlyMap<string, readonly string[]> {
  return model.view(collectParts);
}

/** The parts of these networks, and what limits their traffic and names: endpoints, network ACLs, DNS Firewall. */
export function networkControls(model: Model): ReadonlySet<Resource> {
  return model.view(collectControls);
}

function collectParts(model: Model): Map<string, string[]> {
  const parts = new Map<string, string[]>();
  const ofNetwork = (resource: Resource) => mentionedOf(model, resource, /^AWS::EC2::/);
  for (const agent of agents(model)) {
    const used = new Set(ofNetwork(agent.runtime));
    used.forEach((each) => ofNetwork(each).forEach((more) => more.type === 'AWS::EC2::VPC' && used.add(more)));
    for (const association of model.ofType('AWS::EC2::SubnetRouteTableAssociation')) {
      const joined = ofNetwork(association);
      if (joined.some((each) => used.has(each))) {
        joined.forEach((each) => used.add(each));
      }
    }
    used.forEach(({ id }) => addTo(parts, id, agent.id));
  }
  return parts;
}

const LIMITS = ['AWS::EC2::VPCEndpoint', 'AWS::EC2::NetworkAcl', 'AWS::Route53Resolver::FirewallRuleGroupAssociation'];

function collectControls(model: Model): Set<Resource> {
  const parts = networkParts(model);
  const found = new Set([...parts.keys()].flatMap((id) => model.resource(id) ?? []));
  if (found.size > 0) {
    model
      .ofType(...LIMITS)
      .filter((resource) => mentionsOf(model, resource).some((mention) => parts.has(mention.resource.id)))
      .forEach((resource) => found.add(resource));
    // The rule group of an association, and the lists of names in its rules. A set visits what is added.
    found.forEach((each) => mentionedOf(model, each, /^AWS::Route53Resolver::/).forEach((part) => found.add(part)));
  }
  return found;
}

const mentionedOf = (model: Model, resource: Resource, type: RegExp): Resource[] =>
  mentionsOf(model, resource).flatMap((mention) => (type.test(mention.resource.type) ? [mention.resource] : []));
