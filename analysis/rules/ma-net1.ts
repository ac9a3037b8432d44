import type { Agent } from '../model/agents';
import { literalOf, textOf } from '../model/compose-text';
import { hostsFrom } from '../model/outside-hosts';
import { printed } from '../model/printed-text';
import { exits, networkOf, type Network, reachesInternet } from '../network/network';
import { tieEffect } from '../network/ties';
import type { WayOut } from '../network/ways-out';
import { egressDeclared } from './declared-egress';
import type { Finding } from './finding';
import { changedByCalls } from './network-calls';
import { listed } from './permissions';
import { rule, type RuleContext } from './rule';
import { unreadNetwork } from './unread-network';

/** A Runtime has no way to the internet or to another network. */
export const MA_NET1 = rule({
  id: 'MA-NET1',
  family: 'network',
  severity: 'error',
  subject: 'Runtime',
  what: 'The Runtime is in VPC mode, in subnets with no route out of the VPC: to an internet or NAT gateway, or to another network.',
  why: 'Commands in the environment can send whatever the agent can read to any host they can reach.',
  fix: 'Use AgentNetwork with its default, an isolated network, or remove the route and add an interface endpoint for each service the agent needs. If the route is intended, declare it: give AgentEgress.allowList or open a reason, or use Declaration.egress',
  page: 'https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/agentcore-vpc.html',
  controls: { nist: ['AC-4', 'SC-7', 'SC-7(5)'], iso: ['A.8.20', 'A.8.22'], soc2: ['CC6.6', 'CC6.7'] },
  *check(context) {
    yield* changedByCalls(context, 'routes');
    for (const agent of context.agents) {
      yield* judge(context, agent, networkOf(context.model, agent.runtime));
    }
    yield* publicTools(context);
    yield* dataSentOut(context);
  },
});

function* judge(context: RuleContext, agent: Agent, network: Network): Iterable<Finding> {
  const { runtime, kind } = agent;
  const { declared, unread } = context;
  const written = (kind.mode ? runtime.properties.at(...kind.mode) : []).flatMap((node) => node.texts());
  for (const { mode, guard, place } of network.modes) {
    const texts = written.filter((each) => each.place.path === place.path).map(({ value }) => value);
    if (mode === 'unknown' && texts.some((text) => literalOf(text) === undefined)) {
      unread(runtime.id, runtime, ...texts);
    } else if (mode !== 'VPC') {
      const other = mode === 'unknown' ? listed(texts.map(printed)) : mode;
      const says = `The network mode of the Runtime is ${mode === 'none' ? 'not set' : other}, not VPC`;
      yield { at: place, subject: runtime.id, when: guard.and(runtime.guard), says };
    }
  }
  if (network.subnets.length === 0 && network.modes.some(({ mode }) => mode === 'VPC')) {
    yield { at: runtime, says: 'The Runtime is in VPC mode without subnets' };
  }
  for (const way of [...network.ways, ...network.names.flatMap(({ resolution }) => resolution.forwarded)]) {
    if (!isJudgedAsEndpoint(context, way) && !isDeclared(context, network, way)) {
      yield {
        at: way.place,
        certainty: way.certainty,
        when: way.guard.and(runtime.guard),
        says: sentence(way),
        data: { exit: `${way.resource.id} ${way.kind}`, runtime: runtime.id },
      };
    }
  }
  for (const { resource, kind: tie, place } of network.ties) {
    const effect = tieEffect(tie);
    // A way out through the resource says more.
    const isWay = network.ways.some((way) => way.resource === resource && !isJudgedAsEndpoint(context, way));
    if (effect !== undefined && !isWay && !declared.part(resource)) {
      yield {
        at: place,
        certainty: 'maybe',
        when: resource.guard.and(runtime.guard),
        says: `${resource.type} names the network of a Runtime and ${effect}`,
        data: { tie: resource.id, runtime: runtime.id },
      };
    }
  }
  unreadNetwork(context, agent, network);
}

/** Whether MA-NET3 judges a way out as an endpoint of the app. What is behind other endpoints isn't known. */
function isJudgedAsEndpoint({ model }: RuleContext, { kind, resource, through }: WayOut): boolean {
  return (
    kind === 'endpoint' &&
    (resource.type === ENDPOINT ||
      (through !== undefined && model.mentioned(through).some(({ type }) => type === ENDPOINT)))
  );
}

const ENDPOINT = 'AWS::EC2::VPCEndpoint';

function sentence({ kind, beyond, to, through, isAnyTable }: WayOut): string {
  const target = through && literalOf(through) !== undefined ? ` ${printed(through)}` : '';
  return beyond === 'names'
    ? `The VPC of a Runtime sends queries for ${printed(to)} to other servers (${kind})`
    : isAnyTable
      ? `The deployment decides the route table of a route to ${printed(to)} through ${article(kind)}${target}, and it may be that of a Runtime`
      : `A subnet of a Runtime has a route to ${printed(to)} through ${article(kind)}${target}`;
}

function article(kind: string): string {
  return /^(?:route prop)/.test(kind) ? kind : `${/^[aeio]/i.test(kind) ? 'an' : 'a'} ${kind}`;
}

/** Whether a way out is declared. A declaration of all addresses covers every address. */
function isDeclared(context: RuleContext, { vpcs }: Network, way: WayOut): boolean {
  return (
    context.declared.part(way.resource) ||
    (way.beyond !== 'names' &&
      way.kind !== 'service network' &&
      vpcs.some(({ text }) =>
        egressDeclared(context, way.resource, text, [way.to, textOf('0.0.0.0/0')], HTTPS, way.kind),
      ))
  );
}

const HTTPS = 443;

/** Browsers and code interpreters with a way to the internet, which is then a way of the agent that uses them. */
function* publicTools({ model, agents, declared }: RuleContext): Iterable<Finding> {
  const open = exits(model).filter((resource) => !declared.part(resource));
  for (const tool of open) {
    const users = agents.filter(({ executionRoles }) =>
      executionRoles.some(({ statements, granted }) =>
        [...statements, ...granted].some(
          ({ effect, resources }) =>
            effect !== 'Deny' &&
            !resources.except &&
            resources.patterns.some(({ value }) => model.named(value).some(({ resource }) => resource.id === tool.id)),
        ),
      ),
    );
    for (const agent of users) {
      yield {
        at: tool,
        subject: agent.runtime.id,
        says: `The execution role of an agent may use ${tool.type}, ${reachesInternet(model, tool) ? 'which reaches the internet' : "whose network isn't in the app"}`,
        data: { exit: tool.id, runtime: agent.runtime.id },
      };
    }
  }
}

/** Data that the execution role may send to a resource that passes it to a host outside of the app. */
function* dataSentOut({ model, agents, declared }: RuleContext): Iterable<Finding> {
  for (const { runtime, executionRoles } of agents) {
    for (const role of executionRoles) {
      for (const { resource, url, first } of hostsFrom(model, role.id)) {
        if (!declared.part(resource)) {
          yield {
            at: resource,
            subject: runtime.id,
            when: resource.guard.and(first.guard),
            says: `What the execution role of an agent may send to ${model.resource(first.to)?.logicalId ?? first.to} goes to ${url}`,
            data: { exit: resource.id, runtime: runtime.id },
          };
        }
      }
    }
  }
}
