import { code } from '../../lib/contracts/untrusted-text';
import {
  accessText,
  boundText,
  codeKindText,
  conditionsText,
  endpointGroups,
  firesOn,
  flowText,
  grouped,
  outsideAccessText,
  trustText,
  type EndpointGroup,
  type PermissionGroup,
} from './phrases';
import type { RoleReach, Starter, Statement } from './statement';
import { turnCalls } from './turn-calls';

/**
 * A statement as Markdown. Everything from a template is in a code span. Tables are not used: a code span can't protect a pipe in
 * them.
 */
export function statementMarkdown(statement: Statement): string {
  const { agent, network, audit } = statement;
  const lines = [
    '# What this agent can reach and do',
    '',
    `Agent ${code(agent.name)}, ${code(agent.id)}, Region ${code(agent.region)}. Read from the final templates, not from the deployed account.`,
    '',
    '## Model and tools',
    '',
    ...list([
      ...statement.models.map((model) => `model ${model === '*' ? '**every model**' : code(model)}`),
      ...(statement.code ?? []).map(
        ({ kind, name, version, when }) => `${codeKindText(kind)} ${code(name)}, ${code(version)}${caseMarkdown(when)}`,
      ),
      ...(statement.definition?.tools.map(
        ({ label, command, allowed }) =>
          `MCP server ${code(label)}: ${code(command)}, ${allowed ? `limited to ${codes(allowed)}` : 'all of its tools'}`,
      ) ?? []),
      ...(statement.definition
        ? [
            `session definition ${code(statement.definition.sha256)}, instructions ${code(statement.definition.instructionsSha256)} (SHA-256)`,
          ]
        : []),
      ...statement.guardrails.map((guardrail) => `guardrail ${code(guardrail)}`),
    ]),
    '## Who can start it, besides its triggers',
    '',
    ...list(statement.starters.filter(({ step }) => !step).map(starterMarkdown)),
    '## Steps of its workflow',
    '',
    ...list(statement.starters.filter(({ step }) => step).map(starterMarkdown)),
    '## Triggers',
    '',
    ...list(
      statement.triggers.map(
        ({ name, type, when, bus, path, passesIn, deadLetterQueue }) =>
          `${type} ${code(name)} on ${code(firesOn({ when, bus }))} → ${path.map(code).join(' → ')}; passes in ${codes(passesIn)}${
            deadLetterQueue === undefined
              ? ''
              : deadLetterQueue
                ? '; failed deliveries are kept'
                : '; **failed deliveries are lost**'
          }`,
      ),
    ),
    ...statement.roles.flatMap(roleMarkdown),
    '## What its workflow reaches',
    '',
    ...list(turnCalls(statement).map(({ by, how, reaches }) => `${code(by)} (${code(how)}): ${codes(reaches)}`)),
    '## Network',
    '',
    ...list([
      network.mode === 'VPC' ? 'The Runtime is in a VPC.' : `**Network mode ${network.mode}.**`,
      ...(network.internet.length
        ? network.internet.map((way) => `**route out** through ${code(way)}`)
        : network.mode === 'VPC'
          ? ['no route out of its network in the templates']
          : []),
      ...(network.names ?? []).flatMap(({ vpc, resolves, because, forwardedTo }) => [
        resolves.includes('*')
          ? `**every name** resolves in ${code(vpc)}: ${code(because ?? 'nothing limits it')}`
          : `names that resolve in ${code(vpc)}: ${codes(resolves)}`,
        ...forwardedTo.map((server) => `**names** go to ${code(server)}`),
      ]),
      ...network.flows.map((flow) => `traffic ${code(flowText(flow))}`),
      ...network.subnets.map((subnet) => `subnet ${code(subnet)}`),
      ...network.endpoints.map(
        ({ service, type, owner, ownPolicy, permissions }) =>
          `${type.toLowerCase()} endpoint ${code(service)}${owner === undefined || owner === 'app' ? '' : ' (**not known to be a service of AWS**)'}: ${
            ownPolicy
              ? endpointGroups(permissions).map(endpointText).join('; ') || 'lets nothing pass'
              : '**no policy of its own, allows every action**'
          }`,
      ),
    ]),
    '## Data stores',
    '',
    ...list(
      statement.stores.map(
        (store) =>
          `${store.type} ${code(store.name)}: ${accessText(store)} (${store.by.join(', ')}); ${code(store.encryption)}`,
      ),
    ),
    '## Access from outside',
    '',
    ...list(
      (statement.outsideAccess ?? []).map(
        (access) =>
          `**${code(access.who)}** ${code(outsideAccessText(access))} on ${code(access.to)} (${code(access.type)})${caseMarkdown(access.when)}`,
      ),
    ),
    '## Limits',
    '',
    ...list(statement.bounds.map((bound) => `${code(bound.name)}: ${code(boundText(bound))}`)),
    '## Audit',
    '',
    ...list([
      ...audit.trails.map(
        ({ trail, records, multiRegion, validated, key }) =>
          `trail ${code(trail)} ${records.length > 0 ? `records ${codes(records)}` : '**records nothing: it is not switched on**'}; ${multiRegion ? 'every Region' : '**one Region**'}, ${validated ? 'files validated' : '**files not validated**'}, ${code(key)}`,
      ),
      ...audit.logGroups.map(
        ({ name, retentionDays, key }) =>
          `log group ${code(name)}: kept ${boundText({ value: retentionDays, unit: 'days' })}, ${code(key)}`,
      ),
      ...audit.alarms.map((alarm) => `alarm ${code(alarm)}`),
    ]),
    ...(statement.declarations
      ? [
          '## Declarations',
          '',
          ...list(
            statement.declarations.map(
              ({ what, reason, expires }) =>
                `${code(what)}: ${code(reason)}${expires ? `, until ${code(expires)}` : ''}`,
            ),
          ),
        ]
      : []),
    '## Not known at synth',
    '',
    ...list([
      ...(statement.conditions ?? []).map(
        (condition) => `condition ${code(condition)} is decided at deployment; what any deployment has is listed`,
      ),
      ...statement.unknown.map(({ where, what }) => `${code(where)}: ${code(what)}`),
    ]),
    '## What this statement does not cover',
    '',
    ...list([...statement.limits]),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function roleMarkdown(role: RoleReach): string[] {
  return [
    `## ${role.purpose === 'session' ? 'Session role' : 'Execution role'}`,
    '',
    `${code(role.role)}${role.purpose === 'session' ? ', which Bedrock Managed Agents assumes' : ', under which commands and tools run'}.`,
    '',
    ...list([
      ...role.trustedBy.map((trust) => `assumed by ${code(trustText(trust))}`),
      ...(role.boundary === undefined ? [] : [`permissions boundary ${code(role.boundary)}`]),
      ...(role.worksFor ?? []).map((works) => `**also works under this role**: ${code(works)}`),
      ...role.attached.map((policy) => `**policy whose content is not in the app**: ${code(policy)}`),
      ...grouped(role.permissions).map(permissionMarkdown),
      ...(role.influences ?? []).map(
        ({ what, type, way, certain, when }) =>
          `**can drive** ${code(what)} (${code(type)}): ${way.map(({ does, to }) => `${does} ${code(to)}`).join(', ')}${certain ? '' : ', not certain'}${caseMarkdown(when)}`,
      ),
    ]),
  ];
}

function starterMarkdown({ principal, may, assumedBy, outside = false, certain = true }: Starter): string {
  const trusted = assumedBy.length > 0 ? `; assumed by ${codes(assumedBy.map(trustText))}` : '';
  const unknown = outside ? '; **not in the app**: who may assume it and what else it may do are unknown' : '';
  return `${code(principal)} may ${may.join(', ')}${trusted}${unknown}${certain ? '' : '; not certain'}`;
}

/** The deployment that has a row. */
function caseMarkdown(when: string | undefined): string {
  return when === undefined ? '' : `, when ${code(when)}`;
}

function permissionMarkdown(group: PermissionGroup): string {
  const { effect, outcome, actions, resources, conditions, because, wildcard, grantedBy, when } = group;
  const on = resources.map((resource) => (resource === '*' ? 'everything' : code(resource))).join(', ');
  const condition = conditions.length ? code(conditionsText(conditions)) : '';
  if (effect === 'deny') {
    return `**never** ${codes(actions)} on ${on}${condition && ` if ${condition}`}${caseMarkdown(when)}`;
  }
  const text = `${codes(actions)} on ${on}${condition && ` only if ${condition}`}${wildcard ? ` (${code(wildcard)})` : ''}${grantedBy === undefined ? '' : `, by the policy of ${code(grantedBy)}`}${caseMarkdown(when)}`;
  return outcome === 'denied' ? `granted, but denied by ${code(because ?? 'a denial')}: ${text}` : `may ${text}`;
}

/** What an endpoint lets pass, for whom and on what; denials are part of it. */
function endpointText({ effect, actions, resources, principals, conditions }: EndpointGroup): string {
  return [
    `${effect === 'deny' ? '**never**' : 'allows'} ${codes(actions)}`,
    `on ${resources.includes('*') ? 'everything' : codes(resources)} for ${codes(principals)}`,
    ...(conditions.length > 0 ? [`only if ${code(conditionsText(conditions))}`] : []),
  ].join(' ');
}

const codes = (texts: readonly string[]): string => texts.map(code).join(', ') || 'nothing';

function list(entries: readonly string[]): string[] {
  return [...(entries.length ? entries.map((entry) => `- ${entry}`) : ['None.']), ''];
}
