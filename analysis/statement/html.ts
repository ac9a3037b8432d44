import { html } from './escape';
import { NO_REASON } from './permissions';
import { PAGE_STYLE } from './page-style';
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
import { pictureSvg } from '../drawing/picture';
import { pictureStyle } from '../drawing/style';
import type { DeclaredDecision, NameReach, RoleReach, Statement } from './statement';
import { turnCalls } from './turn-calls';

/**
 * A statement as one page: no script, no external asset, and a policy that forbids both. Readable in light and dark, on a
 * narrow screen and on paper.
 */
export function statementHtml(statement: Statement): string {
  const { agent } = statement;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>Security statement of ${html(agent.name)}</title>
<style>${PAGE_STYLE}
${pictureStyle('both')}</style>
</head>
<body>
<header>
<p class="kicker">Security statement</p>
<h1>${html(agent.name).replace(/_/g, '_<wbr>')}</h1>
<p>${name(agent.id)} in ${name(agent.region)}. Read from the final templates of the app, not from the deployed account.</p>
${headline(statement)}
</header>
<figure>
${picture(statement, 'wide', 960)}
${picture(statement, 'slim', 400)}
<figcaption>Signs: △ look here, ⊘ denied.</figcaption>
</figure>
<main>
${statement.roles.map(roleSection).join('\n')}
${block('Who can start it, besides its triggers', rows(['Principal', 'May', 'Assumed by'], starterRows(statement, false)))}
${block('Triggers', rows(['Trigger', 'Fires on', 'Path', 'Passes in', 'Failed deliveries'], triggerRows(statement)))}
${block('Steps of its workflow', rows(['Principal', 'May', 'Works for'], starterRows(statement, true)))}
${block('What its workflow reaches', rows(['By', 'Calls', 'Reaches'], callRows(statement)))}
${block('Network', networkTables(statement))}
${block('Data stores', rows(['Store', 'Access', 'By', 'Encryption'], storeRows(statement)))}
${block('Access from outside', rows(['Who', 'What', 'To'], outsideRows(statement)))}
${block('Model, tools, guardrails', rows(['What', 'Value'], modelRows(statement)))}
${block('Limits', rows(['Limit', 'Value'], boundRows(statement)))}
${block('Audit', rows(['What', 'Name', 'Detail'], auditRows(statement)))}
${statement.declarations ? block('Declarations', rows(['What', 'Reason', 'Until'], declarationRows(statement.declarations))) : ''}
${block('Not known at synth', rows(['Where', 'What'], unknownRows(statement)))}
${block('What this statement does not cover', `<ul>${statement.limits.map((limit) => `<li>${html(limit)}</li>`).join('')}</ul>`)}
</main>
</body>
</html>
`;
}

/** For a wide and for a narrow page; the style shows one of them. */
function picture(statement: Statement, name: 'wide' | 'slim', width: number): string {
  const title = `What starts the agent ${statement.agent.name}, what a turn does, and what it reaches`;
  const svg = pictureSvg([statement], { title, width, id: `picture-${name}`, shownIn: 'page' });
  return `<div class="${name}">${svg}</div>`;
}

/** A name from a template. It may break after a separator, and in a word only when the word is longer than the line. */
function name(text: string): string {
  return `<code>${text.split(BREAKS).map(html).join('<wbr>')}</code>`;
}

/** After a separator, but neither in `AWS::AccountId` nor in `https://`. */
const BREAKS = /(?<=[/,#_]|[[{](?=")|(?<!:):(?![/:])|\.(?=[A-Za-z*$]))/;

function names(texts: readonly string[]): string {
  return texts.length ? texts.map(name).join('<br>') : '<span class="none">none</span>';
}

type Fact = readonly [text: string, good: boolean | undefined];

/** Signs for what is good, for what needs attention, and for plain numbers. */
const SIGNS = { good: '✓', warn: '△', plain: '•' } as const;

function headline(statement: Statement): string {
  const { network, roles, models, unknown, outsideAccess = [] } = statement;
  const driven = new Set(roles.flatMap(({ influences = [] }) => influences.map(({ what }) => what))).size;
  const everyName = (network.names ?? []).some(({ resolves }) => resolves.includes('*'));
  const attached = roles.flatMap((role) => role.attached);
  const unread = unknown.some(({ where }) => where === 'network');
  const facts: Fact[] = [
    [
      models.length === 1 && models[0] !== '*'
        ? 'one model'
        : models.includes('*')
          ? 'every model'
          : `${models.length} models`,
      models.length === 1 && models[0] !== '*',
    ],
    [
      network.internet.length || network.mode !== 'VPC'
        ? 'a route out of its network'
        : unread
          ? 'its network is not all in the app'
          : 'no route out of its network in the app',
      network.mode === 'VPC' && network.internet.length === 0 && !unread,
    ],
    [starterText(statement), undefined],
    ...(driven > 0
      ? [[`its roles can drive ${driven} ${driven === 1 ? 'other resource' : 'other resources'}`, false] as Fact]
      : []),
    ...(outsideAccess.length > 0 ? [['others have access to its stores or keys', false] as Fact] : []),
    ...(everyName ? [['every name resolves in its network', false] as Fact] : []),
    [unknown.length ? `${unknown.length} unknown` : 'nothing unknown', unknown.length === 0],
    ...(attached.length
      ? [[`${attached.length} ${attached.length === 1 ? 'policy' : 'policies'} not in the app`, false] as Fact]
      : []),
  ];
  const items = facts.map(([text, good]) => {
    const kind = good === undefined ? 'plain' : good ? 'good' : 'warn';
    return `<li class="${kind}"><span aria-hidden="true">${SIGNS[kind]}</span> ${html(text)}</li>`;
  });
  return `<ul class="facts">${items.join('')}</ul>`;
}

/** The number of starters is neither good nor a warning. */
function starterText({ starters, ...statement }: Statement): string {
  const triggers = statement.triggers.filter(({ settles }) => !settles);
  const people = starters.filter(({ step }) => !step);
  const outside = people.filter((each) => each.outside).length;
  const found = [
    ...(triggers.length > 0 ? [counted(triggers.length, 'trigger')] : []),
    ...(people.length > 0
      ? [`${counted(people.length, 'principal')}${outside > 0 ? ` (${outside} not in the app)` : ''}`]
      : []),
  ];
  return found.length > 0 ? `started by ${found.join(' and ')}` : 'nothing in the app starts it';
}

function counted(count: number, noun: string): string {
  return `${count} ${count === 1 ? noun : `${noun}s`}`;
}

function block(title: string, content: string): string {
  return `<section><h2>${html(title)}</h2>${content}</section>`;
}

/** A table with cells in HTML. On a narrow screen, every cell has its heading. */
function rows(headings: readonly string[], cells: readonly (readonly string[])[], kind = ''): string {
  if (!cells.length) {
    return '<p class="none">None in the app.</p>';
  }
  const head = headings.map((heading) => `<th scope="col">${html(heading)}</th>`).join('');
  const body = cells
    .map(
      (row) =>
        `<tr>${row.map((cell, index) => `<td data-heading="${html(headings[index])}"><div>${cell}</div></td>`).join('')}</tr>`,
    )
    .join('');
  return `<table${kind && ` class="${kind}"`}><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
}

function declarationRows(declarations: readonly DeclaredDecision[]): string[][] {
  return declarations.map(({ what, reason, expires }) => [
    name(what),
    html(reason),
    expires ? html(expires) : 'no end',
  ]);
}

function roleSection(role: RoleReach): string {
  const intro = [
    `<p>${name(role.role)}, ${role.purpose === 'session' ? 'which Bedrock Managed Agents assumes' : 'under which commands and tools run'}.</p>`,
    `<p>Assumed by ${role.trustedBy.map((trust) => name(trustText(trust))).join(', ') || 'nobody in the app'}.</p>`,
    role.boundary === undefined ? '' : `<p>Permissions boundary ${name(role.boundary)}.</p>`,
    ...(role.worksFor ?? []).map((works) => `<p class="warn">△ Also works under this role: ${name(works)}</p>`),
    ...role.attached.map((policy) => `<p class="warn">△ Policy whose content is not in the app: ${name(policy)}</p>`),
  ];
  const title = role.purpose === 'session' ? 'Session role' : 'Execution role';
  return block(
    title,
    intro.join('') +
      rows(['', 'Actions', 'On', 'Only if'], grouped(role.permissions).map(permissionRow), 'permissions') +
      (role.influences
        ? `<p class="warn">△ What the role can become, start or send to:</p>${rows(
            ['What', 'Type', 'Way'],
            role.influences.map(({ what, type, way, certain, when }) => [
              name(what),
              html(type),
              `${way.map(({ does, to }) => `${html(does)} ${name(to)}`).join(', ')}${certain ? '' : ' (not certain)'}${caseText(when)}`,
            ]),
          )}`
        : ''),
  );
}

function permissionRow(group: PermissionGroup): string[] {
  const { effect, outcome, actions, resources, conditions, because, wildcard, grantedBy, when } = group;
  const verdict =
    effect === 'deny'
      ? '<b class="deny">⊘ never</b>'
      : outcome === 'denied'
        ? `<b class="deny">⊘ denied</b> by ${html(because ?? 'a denial')}`
        : '<b class="allow">✓ may</b>';
  const on = resources
    .map((resource) => (resource === '*' ? '<code>*</code> everything' : name(resource)))
    .join('<br>');
  return [
    verdict,
    names(actions),
    wildcard ? `${on}<br><small${wildcard === NO_REASON ? ' class="warn"' : ''}>${html(wildcard)}</small>` : on,
    (conditions.length
      ? name(conditionsText(conditions))
      : `<span class="none">${effect === 'deny' ? 'always' : 'no condition'}</span>`) +
      (grantedBy === undefined ? '' : `<br><small>by the policy of ${name(grantedBy)}</small>`) +
      caseText(when),
  ];
}

/** The deployment that has a row. */
function caseText(when: string | undefined): string {
  return when === undefined ? '' : `<br><small>when ${name(when)}</small>`;
}

function starterRows({ starters }: Statement, steps: boolean): string[][] {
  return starters
    .filter(({ step = false }) => step === steps)
    .map(({ principal, may, assumedBy, worksFor = [], outside = false, certain = true }) => [
      `${name(principal)}${outside ? '<br><small class="warn">△ not in the app: what else it may do is unknown</small>' : ''}${certain ? '' : '<br><small class="warn">△ not certain</small>'}`,
      may.map(html).join('<br>'),
      outside && assumedBy.length === 0
        ? '<span class="none">unknown</span>'
        : names(steps && worksFor.length > 0 ? worksFor : assumedBy.map(trustText)),
    ]);
}

function triggerRows({ triggers }: Statement): string[][] {
  return triggers.map(({ name: id, type, when, bus, path, passesIn, deadLetterQueue, settles }) => [
    `${html(type)}<br>${name(id)}${settles ? '<br><small>settles stopped turns</small>' : ''}`,
    name(firesOn({ when, bus })),
    path.map(name).join(' → '),
    names(passesIn),
    deadLetterQueue === undefined ? '' : deadLetterQueue ? '✓ kept' : '<b class="warn">△ lost</b>',
  ]);
}

function callRows(statement: Statement): string[][] {
  return turnCalls(statement).map(({ by, how, reaches }) => [name(by), name(how), names(reaches)]);
}

function networkTables({ network }: Statement): string {
  const ways = network.internet.map((way) => `<p class="warn">△ Route out through ${name(way)}</p>`).join('');
  const endpoints = network.endpoints.map(({ service, type, owner, ownPolicy, permissions }) => [
    `${name(service)}${owner === undefined ? '' : `<br><small class="warn">△ ${html(OWNERS[owner])}</small>`}`,
    html(type),
    ownPolicy ? '✓ own policy' : '<b class="warn">△ none: allows everything</b>',
    endpointGroups(permissions).map(endpointText).join('<br>') || '<span class="none">nothing</span>',
  ]);
  return [
    `<p>Network mode ${name(network.mode)}${network.subnets.length ? `, in ${network.subnets.map(name).join(', ')}` : ''}.</p>`,
    ways,
    ...(network.names ?? []).map(nameText),
    rows(
      ['Traffic'],
      network.flows.map((flow) => [name(flowText(flow))]),
    ),
    rows(['Endpoint', 'Type', 'Policy', 'Lets pass'], endpoints),
  ].join('');
}

function endpointText(group: EndpointGroup): string {
  const { effect, actions, resources, principals, conditions } = group;
  return [
    `<b class="${effect}">${effect === 'deny' ? '⊘ never' : '✓'}</b> ${actions.map(name).join(', ')}`,
    `<small>on ${resources.map((each) => (each === '*' ? 'everything' : name(each))).join(', ')}`,
    `for ${principals.map(name).join(', ')}${conditions.length > 0 ? ` only if ${name(conditionsText(conditions))}` : ''}</small>`,
  ].join(' ');
}

const OWNERS = {
  app: 'a service of the app',
  foreign: 'not a service of AWS',
  unknown: 'whose service it is can’t be read',
} as const;

function nameText({ vpc, resolves, because, forwardedTo }: NameReach): string {
  const open = resolves.includes('*');
  return [
    open
      ? `<p class="warn">△ Every name resolves in ${name(vpc)}: ${html(because ?? 'nothing limits it')}.</p>`
      : `<p>✓ In ${name(vpc)} only these names resolve: ${resolves.map(name).join(', ') || 'none'}.</p>`,
    ...forwardedTo.map((server) => `<p class="warn">△ Names go to ${name(server)}</p>`),
  ].join('');
}

function storeRows({ stores }: Statement): string[][] {
  return stores.map((store) => [
    `${html(store.type)}<br>${name(store.name)}`,
    html(accessText(store)),
    html(store.by.join(', ')),
    name(store.encryption),
  ]);
}

function outsideRows({ outsideAccess = [] }: Statement): string[][] {
  return outsideAccess.map((access) => [
    `<b class="warn">△</b> ${name(access.who)}`,
    `${name(outsideAccessText(access))}${caseText(access.when)}`,
    `${html(access.type)}<br>${name(access.to)}`,
  ]);
}

function modelRows({ models, code, definition, guardrails }: Statement): string[][] {
  return [
    ...models.map((model) => ['Model', name(model === '*' ? 'every model' : model)]),
    ...(code ?? []).map(({ kind, name: image, version, when }) => [
      html(codeKindText(kind)),
      `${name(image)}<br>${name(version)}${caseText(when)}`,
    ]),
    ...(definition?.tools ?? []).map(({ label, command, allowed }) => [
      'MCP server',
      `${name(label)}: ${name(command)}<br>${allowed ? names(allowed) : 'all of its tools'}`,
    ]),
    ...(definition
      ? [
          ['Session definition (SHA-256)', name(definition.sha256)],
          ['Instructions (SHA-256)', name(definition.instructionsSha256)],
        ]
      : []),
    ...guardrails.map((guardrail) => ['Guardrail', name(guardrail)]),
  ];
}

function boundRows({ bounds }: Statement): string[][] {
  return bounds.map((bound) => [html(bound.name), name(boundText(bound))]);
}

function auditRows({ audit }: Statement): string[][] {
  return [
    ...audit.trails.map(({ trail, records, multiRegion, validated, key }) => [
      'Trail',
      name(trail),
      `${records.map(html).join('<br>') || '<b class="warn">△ records nothing: it is not switched on</b>'}<br>${multiRegion ? 'every Region' : '△ one Region'}, ${validated ? 'files validated' : '△ files not validated'}, ${name(key)}`,
    ]),
    ...audit.logGroups.map(({ name: id, retentionDays, key }) => [
      'Log group',
      name(id),
      `kept ${html(boundText({ value: retentionDays, unit: 'days' }))}, ${name(key)}`,
    ]),
    ...audit.alarms.map((alarm) => ['Alarm', name(alarm), '']),
  ];
}

function unknownRows({ unknown, conditions = [] }: Statement): string[][] {
  return [
    ...conditions.map((condition) => [
      'condition',
      `${name(condition)}<br><small>decided at deployment; what any deployment has is listed</small>`,
    ]),
    ...unknown.map(({ where, what }) => [html(where), name(what)]),
  ];
}
