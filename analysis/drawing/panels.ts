import { accessText, boundText, flowText, shortArn } from '../statement/phrases';
import type { Statement } from '../statement/statement';

/** What a row of a panel says beyond its text; each has a sign of its own, colour is never the only one. */
export type Mark = 'plain' | 'good' | 'warn' | 'never';

export interface Row {
  readonly text: string;
  /** A second, fainter line. */
  readonly note?: string;
  readonly mark?: Mark;
}

interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

export interface Panel {
  readonly title: string;
  readonly sections: readonly Section[];
  /** Drawn with a double border: the walls of a network. */
  readonly walled?: boolean;
}

/** Bounds that the picture has place for; those of single functions and deliveries stand in the table. */
const OF_A_SESSION = /^(Idle|Lifetime|Duration|Turns|Budget)/;

/** The four panels of a picture, in the order of what happens. */
export function panelsOf(statement: Statement): Panel[] {
  const { network, starters, triggers, models, roles, definition, bounds, stores } = statement;
  const role = (purpose: string) => roles.find((candidate) => candidate.purpose === purpose);
  const [session, execution] = [role('session'), role('execution')];
  const denied = new Set(
    (execution?.permissions ?? []).filter(({ effect }) => effect === 'deny').map(({ action }) => action),
  );
  const isVpc = network.mode === 'VPC';
  return [
    {
      title: '1  Who can start it',
      sections: [
        section(
          'Triggers',
          triggers.map(({ name, type }) => ({ text: name, note: type })),
        ),
        section(
          'Principals',
          starters
            .filter(({ step }) => !step)
            .map(({ principal, may }) => ({ text: shortArn(principal), note: may.join(', ') })),
        ),
      ],
    },
    {
      title: '2  The session',
      sections: [
        section(
          'Model',
          models.map((model) =>
            model === '*' ? { text: 'every model', mark: 'warn' as const } : { text: model, note: 'no other' },
          ),
        ),
        section('Session role', roleRows(session)),
        section(
          'MCP servers',
          (definition?.tools ?? []).map(({ label, allowed }) => ({
            text: label,
            note: allowed ? `${allowed.length} tools` : 'all tools',
          })),
        ),
        section(
          'Bounds',
          bounds
            .filter(({ name }) => OF_A_SESSION.test(name))
            .map((bound) => ({ text: bound.name, note: boundText(bound) })),
        ),
      ],
    },
    {
      title: isVpc ? '3  Runtime in a VPC' : '3  Runtime',
      walled: isVpc,
      sections: [
        section('Execution role', [
          ...roleRows(execution),
          ...(denied.size ? [{ text: `never: ${[...denied].sort().join(', ')}`, mark: 'never' as const }] : []),
        ]),
        section('Ways out', internetRows(statement)),
        section('Names', nameRows(statement)),
        section(
          'Network traffic',
          network.flows.map((flow) => ({ text: shortArn(flowText(flow)) })),
        ),
        section(
          'Endpoints',
          network.endpoints.map(({ service, ownPolicy }) => ({
            text: service,
            ...(ownPolicy ? { mark: 'good' as const } : { note: 'no policy of its own', mark: 'warn' as const }),
          })),
        ),
      ],
    },
    {
      title: '4  What it can touch',
      sections: [
        section(
          'Data stores',
          stores.map((store) => ({
            text: shortArn(store.name),
            note: `${store.type}: ${accessText(store)} (${store.by.join(', ')})`,
            ...(store.name.startsWith('every ') ? { mark: 'warn' as const } : {}),
          })),
        ),
      ],
    },
  ];
}

function roleRows(role: Statement['roles'][number] | undefined): Row[] {
  if (!role) {
    return [{ text: 'not found in the app', mark: 'warn' }];
  }
  const allowed = role.permissions.filter(({ effect, outcome }) => effect === 'allow' && outcome === 'allowed');
  const resources = new Set(allowed.map(({ resource }) => resource)).size;
  return [
    { text: role.role, note: `${allowed.length} permissions on ${resources} resources` },
    ...role.attached.map((policy) => ({ text: policy, note: 'content not known', mark: 'warn' as const })),
    ...(role.influences ?? []).map(({ what, way: [first] }) => ({
      text: `can drive ${what}`,
      note: `${first.does} ${first.to}`,
      mark: 'warn' as const,
    })),
  ];
}

function internetRows({ network, unknown }: Statement): Row[] {
  if (network.internet.length) {
    return network.internet.map((way) => ({ text: shortArn(way), mark: 'warn' }));
  }
  if (network.mode !== 'VPC') {
    return [{ text: `network mode ${network.mode}`, mark: 'warn' }];
  }
  return unknown.some(({ where }) => where === 'network')
    ? [{ text: 'routes are not in the app', mark: 'warn' }]
    : [{ text: 'none in the app', mark: 'never' }];
}

function nameRows({ network: { names = [] } }: Statement): Row[] {
  return names.map(({ resolves, because }) =>
    resolves.includes('*')
      ? { text: 'every name resolves', ...(because === undefined ? {} : { note: because }), mark: 'warn' }
      : { text: `${resolves.length} names resolve, no other`, mark: 'good' },
  );
}

function section(title: string, rows: readonly Row[]): Section {
  return { title, rows };
}

/** A panel in words, for those who cannot see it. */
export function described({ title, sections }: Panel): string {
  const found = sections.filter(({ rows }) => rows.length > 0);
  const texts = found.map(
    ({ title: heading, rows }) =>
      `${heading}: ${rows.map(({ text, note }) => (note === undefined ? text : `${text} (${note})`)).join('; ')}.`,
  );
  return `${title.replace(/^\d +/, '')}. ${texts.join(' ') || 'Nothing found in the app.'}`;
}
