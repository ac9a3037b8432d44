import { declarationTitle } from '../model/declaration-text';
import type { TemplateIndex } from '../template-index';
import { agentsOf, type Agent } from './agent';
import { auditOf } from './audit-record';
import { boundsOf } from './bounds';
import { definitionOf } from './definition';
import { IndexSource } from './index-source';
import { STATEMENT_LIMITS } from './limits';
import { readNetwork } from './network-reach';
import { permits } from './permissions';
import { Identities, roleReach, type Identity } from './roles';
import { sorted, sortedBy, type Item, type Source } from './source';
import { startersOf, withWorkflowStarters } from './starters';
import { STATEMENT_FORMAT, type DeclaredDecision, type Permission, type Statement, type Unknown } from './statement';
import { storesOf } from './stores';
import { chainOf } from './triggers';

/** The statements of all agents of an app, ordered by id. */
export function statementsOf(index: TemplateIndex): Statement[] {
  const source = new IndexSource(index);
  const identities = new Identities(source);
  return agentsOf(source, identities).map((agent) => statementOf(agent, identities, source));
}

function statementOf(agent: Agent, identities: Identities, source: Source): Statement {
  const { runtime, sessionRole, executionRole } = agent;
  const { network, vpc, unknown } = readNetwork(agent, source);
  const declared = declaredFor(agent, vpc, source);
  const chain = chainOf(agent, identities, source);
  const definition = definitionOf(agent, source);
  const roles = [
    ...(sessionRole ? [roleReach('session', sessionRole)] : []),
    ...(executionRole ? [roleReach('execution', executionRole)] : []),
  ];
  return {
    format: STATEMENT_FORMAT,
    agent: { name: agent.name, id: runtime.key, stack: runtime.stack, region: runtime.region },
    models: modelsOf(sessionRole?.permissions ?? []),
    ...(definition ? { definition } : {}),
    roles,
    starters: withWorkflowStarters(startersOf(agent, identities, source), chain.openTo),
    triggers: chain.triggers,
    network,
    stores: storesOf(agent, source),
    guardrails: guardrailsOf(chain.roles),
    audit: auditOf(agent, vpc, chain.compute, source),
    bounds: boundsOf(agent, chain.compute, source),
    ...(declared.length > 0 ? { declarations: declared } : {}),
    unknown: sortedBy(
      new Map(
        [...unknown, ...unknownParts(agent, source)].map((entry) => [`${entry.where} ${entry.what}`, entry]),
      ).values(),
      ({ where, what }) => `${where} ${what}`,
    ),
    limits: STATEMENT_LIMITS,
  };
}

/** Declarations in the stacks of an agent, its roles and its network. */
function declaredFor({ runtime, sessionRole, executionRole }: Agent, vpc: Item | undefined, source: Source) {
  const stacks = [runtime, sessionRole?.item, executionRole?.item, vpc].flatMap((item) => item?.stack ?? []);
  const declared = [...new Set(stacks)]
    .flatMap((stack) => source.declarations(stack))
    .map((record) => ({
      what: source.text(declarationTitle(record)),
      reason: record.reason,
      ...(record.expires === undefined ? {} : { expires: record.expires }),
    }));
  const line = ({ what, reason }: DeclaredDecision) => `${what} ${reason}`;
  return sortedBy(new Map(declared.map((entry) => [line(entry), entry])).values(), line);
}

export function modelsOf(permissions: readonly Permission[]): string[] {
  const calls = permissions.filter((entry) => permits(entry, 'bedrock-mantle:CreateInference'));
  return sorted(
    calls.flatMap(({ conditions }) => {
      const limit = conditions.find(
        ({ operator, key }) => key === 'bedrock-mantle:Model' && /^String(Equals|Like)$/.test(operator),
      );
      return limit ? limit.values : ['*'];
    }),
  );
}

/** Guardrails that the steps of a workflow may apply. */
function guardrailsOf(roles: readonly Identity[]): string[] {
  return sorted(
    roles
      .flatMap(({ permissions }) => permissions)
      .filter((entry) => permits(entry, 'bedrock:ApplyGuardrail'))
      .map(({ resource }) => resource),
  );
}

function unknownParts({ runtime, sessionRole, executionRole }: Agent, source: Source): Unknown[] {
  const unknown: Unknown[] = source.undecided.map((condition) => ({
    where: 'templates',
    what: `whether the condition ${condition} holds; this statement supposes that it does`,
  }));
  if (!sessionRole) {
    unknown.push({
      where: 'session role',
      what: 'no role of the app is trusted by bedrock-mantle and drives the Runtime',
    });
  }
  if (!executionRole) {
    unknown.push({
      where: 'execution role',
      what: `${source.text(runtime.properties.RoleArn)}, which is not in the app`,
    });
  }
  for (const [where, role] of [
    ['session role', sessionRole],
    ['execution role', executionRole],
  ] as const) {
    role?.attached.forEach((policy) => unknown.push({ where, what: `what the policy ${policy} allows` }));
    const { boundary } = role ?? {};
    if (boundary !== undefined && source.named(boundary) === undefined) {
      unknown.push({ where, what: `what the permissions boundary ${boundary} leaves` });
    }
    for (const { resource, conditions } of role?.permissions ?? []) {
      for (const text of [resource, ...conditions.flatMap(({ values }) => values)]) {
        const [part] = /\$\{(?:Fn::|parameter )[^}]*\}/.exec(text) ?? [];
        if (part !== undefined) {
          unknown.push({ where, what: `the value of ${part}` });
        }
      }
    }
  }
  return unknown;
}
