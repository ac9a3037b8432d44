import { html } from '../statement/escape';
import { wrapped } from './wrapped-text';
import { described, panelsOf, type Mark, type Panel, type Row } from './panels';
import type { Statement } from '../statement/statement';

/** Sizes in the units of the picture. Text is set in a fixed-width face, so its width is known. */
const SIZE = { line: 16, character: 6.7, panel: 264, gap: 40, pad: 12, title: 34, heading: 24, margin: 8, rowGap: 6 };
const MOST_ROWS = 12;

/**
 * The agent's reach in four panels, in the order of what happens: who starts it, the session, where commands run, what they
 * reach.
 *
 * @param direction `across`: next to each other. `down`: below each other, for narrow pages.
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
