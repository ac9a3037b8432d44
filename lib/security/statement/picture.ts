import { html } from './escape';
import { wrapped } from './picture-text';
import { accessText, boundText, flowText, shortArn } from './phrases';
import type { Statement } from './statement';

/** What a row of a panel says beyond its text; each has a sign of its own, colour is never the only one. */
type Mark = 'plain' | 'good' | 'warn' | 'never';

interface Row {
  readonly text: string;
  /** A second, fainter line. */
  readonly note?: string;
  readonly mark?: Mark;
}

interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

interface Panel {
  readonly title: string;
  readonly sections: readonly Section[];
  /** Drawn with a double border: the walls of a network. */
  readonly walled?: boolean;
}

/** Sizes in the units of the picture. Text is set in a fixed-width face, so its width is known. */
const SIZE = { line: 16, character: 6.7, panel: 264, gap: 40, pad: 12, title: 34, heading: 24, margin: 8, rowGap: 6 };
const MOST_ROWS = 12;

/**
 * The agent's reach in four panels, in the order of what happens: who starts it, the session, where commands run, what they
 * reach.
 *
 * @param direction `across` beside each other, `down` below each other for narrow pages.
 */
export function pictureSvg(statement: Statement, direction: 'across' | 'down'): string {
  const panels = panelsOf(statement);
  const across = direction === 'across';
  const panelWidth = across ? SIZE.panel : 340;
  const drawn = panels.map((panel) => layout(panel, panelWidth));
  const tallest = Math.max(...drawn.map(({ height }) => height));
  const total = across
    ? { width: panels.length * (panelWidth + SIZE.gap) - SIZE.gap, height: tallest }
    : { width: panelWidth, height: drawn.reduce((sum, { height }) => sum + height + SIZE.gap, -SIZE.gap) };
  let at = 0;
  const body = drawn.map(({ height, svg }, index) => {
    const [x, y] = across ? [at, 0] : [0, at];
    const size = across ? tallest : height;
    at += (across ? panelWidth : height) + SIZE.gap;
    const frame = frameSvg(panels[index], panelWidth, size);
    const arrow = index < drawn.length - 1 ? arrowSvg(across, panelWidth, size) : '';
    return `<g transform="translate(${x} ${y})">${frame}${svg}${arrow}</g>`;
  });
  const view = `${-SIZE.margin} ${-SIZE.margin} ${total.width + 2 * SIZE.margin} ${total.height + 2 * SIZE.margin}`;
  const id = `picture-${direction}`;
  return [
    `<svg class="picture ${direction}" viewBox="${view}" role="img" aria-labelledby="${id}-title ${id}-desc" xmlns="http://www.w3.org/2000/svg">`,
    `<title id="${id}-title">The reach of the agent ${html(statement.agent.name)}</title>`,
    `<desc id="${id}-desc">${html(panels.map(described).join(' '))}</desc>`,
    ...body,
    '</svg>',
  ].join('');
}

function panelsOf(statement: Statement): Panel[] {
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
          starters.map(({ principal, may }) => ({ text: shortArn(principal), note: may.join(', ') })),
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
          bounds.map((bound) => ({ text: bound.name, note: boundText(bound) })),
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
        section('Internet', internetRows(statement)),
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
    : [{ text: 'no way out', mark: 'never' }];
}

function section(title: string, rows: readonly Row[]): Section {
  return { title, rows };
}

/* ------------------------------------------------------------------------------------------------ drawing */

function layout(panel: Panel, width: number): { svg: string; height: number } {
  const parts: string[] = [];
  let y = SIZE.title + 10;
  for (const { title, rows } of panel.sections.filter(({ rows: { length } }) => length > 0)) {
    parts.push(`<text class="heading" x="${SIZE.pad}" y="${y + 14}">${html(title)}</text>`);
    y += SIZE.heading;
    for (const row of rows.slice(0, MOST_ROWS)) {
      const drawn = rowSvg(row, width, y);
      parts.push(drawn.svg);
      y += drawn.height + SIZE.rowGap;
    }
    if (rows.length > MOST_ROWS) {
      parts.push(
        `<text class="note" x="${SIZE.pad}" y="${y + 12}">and ${rows.length - MOST_ROWS} more, see below</text>`,
      );
      y += SIZE.line + SIZE.rowGap;
    }
    y += 8;
  }
  if (panel.sections.every(({ rows }) => rows.length === 0)) {
    parts.push(`<text class="note" x="${SIZE.pad}" y="${y + 14}">nothing found in the app</text>`);
    y += SIZE.heading;
  }
  return { svg: parts.join(''), height: y + SIZE.pad };
}

function rowSvg({ text, note, mark = 'plain' }: Row, width: number, y: number): { svg: string; height: number } {
  const left = SIZE.pad + 24;
  const characters = Math.floor((width - left - SIZE.pad - 6) / SIZE.character);
  const lines = [
    ...wrapped(text, characters, 3).map((line) => ({ line, name: 'name' })),
    ...(note === undefined ? [] : wrapped(note, characters, 3).map((line) => ({ line, name: 'note' }))),
  ];
  const height = lines.length * SIZE.line + 8;
  const texts = lines.map(
    ({ line, name }, index) =>
      `<text class="${name}" x="${left}" y="${y + 16 + index * SIZE.line}">${html(line)}</text>`,
  );
  return {
    height,
    svg: [
      `<g class="row ${mark}"><title>${html(note === undefined ? text : `${text}: ${note}`)}</title>`,
      `<rect x="${SIZE.pad - 4}" y="${y}" width="${width - 2 * SIZE.pad + 8}" height="${height}" rx="5"/>`,
      signSvg(mark, SIZE.pad + 8, y + 12),
      ...texts,
      '</g>',
    ].join(''),
  };
}

/** Dot, tick, triangle, barred circle. */
function signSvg(mark: Mark, x: number, y: number): string {
  switch (mark) {
    case 'good':
      return `<path class="sign" d="M${x - 5} ${y} l4 4 l7 -8"/>`;
    case 'warn':
      return `<path class="sign" d="M${x} ${y - 6} l7 12 h-14 z M${x} ${y - 1} v3 M${x} ${y + 4} v0.6"/>`;
    case 'never':
      return `<path class="sign" d="M${x - 4} ${y - 4} l8 8 M${x - 6} ${y} a6 6 0 1 0 12 0 a6 6 0 1 0 -12 0"/>`;
    default:
      return `<circle class="dot" cx="${x}" cy="${y}" r="3"/>`;
  }
}

function frameSvg({ title, walled }: Panel, width: number, height: number): string {
  const wall = walled ? `<rect class="wall" x="-4" y="-4" width="${width + 8}" height="${height + 8}" rx="11"/>` : '';
  return [
    wall,
    `<rect class="panel" width="${width}" height="${height}" rx="8"/>`,
    `<text class="title" x="${SIZE.pad}" y="23">${html(title)}</text>`,
    `<path class="rule" d="M0 ${SIZE.title} h${width}"/>`,
  ].join('');
}

function arrowSvg(across: boolean, width: number, height: number): string {
  const length = SIZE.gap - 14;
  return across
    ? `<path class="arrow" d="M${width + 7} 17 h${length} m-7 -6 l7 6 l-7 6"/>`
    : `<path class="arrow" d="M${width / 2} ${height + 7} v${length} m-6 -7 l6 7 l6 -7"/>`;
}

function described({ title, sections }: Panel): string {
  const found = sections.filter(({ rows }) => rows.length > 0);
  const texts = found.map(
    ({ title: heading, rows }) =>
      `${heading}: ${rows.map(({ text, note }) => (note === undefined ? text : `${text} (${note})`)).join('; ')}.`,
  );
  return `${title.replace(/^\d +/, '')}. ${texts.join(' ') || 'Nothing found in the app.'}`;
}
