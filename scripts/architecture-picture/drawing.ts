import { html } from '../../analysis/statement/escape';
import type { Card } from './picture-facts';
import { linesOf, textWidth } from './text-width';
import type { Kind } from './words';

/** A part of the picture: what is drawn at its own origin, and how high it is. */
export interface Part {
  readonly svg: string;
  readonly height: number;
}

const COLOURS: Readonly<Record<Kind, string>> = {
  events: '#a21caf',
  compute: '#c2410c',
  storage: '#3f6212',
  security: '#b91c1c',
  network: '#6d28d9',
  agent: '#0f766e',
  watch: '#9d174d',
  code: '#1d4ed8',
};

export const TEXT = { service: 11, name: 13, note: 12, head: 14 };
const LINE = 16;
const PAD = 10;

/** Styles of all parts. The background is opaque: the page may be light or dark. */
export const STYLE = [
  'text{font-family:"Segoe UI",Helvetica,Arial,"DejaVu Sans",sans-serif;fill:#0f172a}',
  `.service{font-size:${TEXT.service}px;font-weight:bold}`,
  `.name{font-size:${TEXT.name}px;font-weight:bold}`,
  `.note{font-size:${TEXT.note}px;fill:#475569}`,
  `.head{font-size:${TEXT.head}px;font-weight:bold}`,
  '.title{font-size:20px;font-weight:bold}',
  '.number{font-size:12px;font-weight:bold;fill:#fff;text-anchor:middle}',
  '.card{fill:#fff;stroke:#cbd5e1}',
  '.step{fill:#f8fafc;stroke:#64748b}',
  '.frame{fill:none;stroke:#94a3b8;stroke-dasharray:5 4}',
  '.band{fill:#f1f5f9;stroke:#e2e8f0}',
  '.wall{fill:#faf5ff;stroke:#6d28d9;stroke-width:2}',
  '.arrow{fill:none;stroke:#475569;stroke-width:1.6}',
].join('');

/** A text of at most `width`, on as many lines as it takes. */
export function textLines(
  text: string,
  at: { x: number; y: number; width: number },
  style: { name: 'service' | 'name' | 'note' | 'head'; fill?: string; most?: number },
): Part {
  const bold = style.name !== 'note';
  const lines = linesOf(text, at.width, TEXT[style.name], bold, style.most ?? 12);
  const fill = style.fill ? ` style="fill:${style.fill}"` : '';
  const svg = lines.map(
    (line, index) =>
      `<text class="${style.name}" x="${at.x}" y="${at.y + 12 + index * LINE}"${fill}>${html(line)}</text>`,
  );
  return { svg: svg.join(''), height: lines.length * LINE };
}

/** A thing: its service, its name, what is said of it. */
export function cardPart({ service, kind, name, notes }: Card, width: number, least = 0): Part {
  const inner = { x: PAD + 6, width: width - 2 * PAD - 6 };
  const colour = COLOURS[kind];
  const parts: string[] = [];
  let y = PAD;
  const add = (text: string, style: Parameters<typeof textLines>[2]) => {
    const part = textLines(text, { ...inner, y }, style);
    parts.push(part.svg);
    y += part.height;
  };
  const beside = textWidth(service, TEXT.service, true) + 8 + textWidth(name, TEXT.name, true);
  if (service && beside <= inner.width) {
    parts.push(
      `<text x="${inner.x}" y="${y + 12}"><tspan class="service" style="fill:${colour}">${html(service)}</tspan>`,
      `<tspan class="name" dx="8">${html(name)}</tspan></text>`,
    );
    y += LINE;
  } else {
    if (service) {
      add(service, { name: 'service', fill: colour });
    }
    add(name, { name: 'name', ...(service ? {} : { fill: colour }) });
  }
  notes.forEach((note) => add(note, { name: 'note' }));
  const height = Math.max(y + PAD - 2, least);
  const frame = `<rect class="card" width="${round(width)}" height="${height}" rx="6"/><path d="M3 5v${height - 10}" stroke="${colour}" stroke-width="4" stroke-linecap="round"/>`;
  return { svg: frame + parts.join(''), height };
}

/** Cards beside each other; those of one row are equally high. */
export function gridPart(cards: readonly Card[], width: number, columns: number, gap = 12): Part {
  const across = Math.min(columns, cards.length) || 1;
  const each = (width - gap * (across - 1)) / across;
  const svg: string[] = [];
  let y = 0;
  for (let first = 0; first < cards.length; first += across) {
    const row = cards.slice(first, first + across);
    const height = Math.max(...row.map((card) => cardPart(card, each).height));
    row.forEach((card, index) => svg.push(moved(cardPart(card, each, height).svg, index * (each + gap), y)));
    y += height + gap;
  }
  return { svg: svg.join(''), height: Math.max(y - gap, 0) };
}

/** Small labels in as many lines as they take. */
export function chipsPart(labels: readonly string[], width: number): Part {
  let [x, y] = [0, 0];
  const svg = labels.map((label) => {
    const own = textWidth(label, TEXT.note) + 16;
    if (x > 0 && x + own > width) {
      [x, y] = [0, y + 30];
    }
    const chip = `<rect x="${x}" y="${y}" width="${round(own)}" height="24" rx="12" fill="#fff" stroke="#a78bfa"/><text class="note" x="${round(x + 8)}" y="${y + 16}">${html(label)}</text>`;
    x = round(x + own + 6);
    return chip;
  });
  return { svg: svg.join(''), height: labels.length ? y + 24 : 0 };
}

export function arrowDown(x: number, y: number, length: number): string {
  return `<path class="arrow" d="M${x} ${y}v${length - 2}m-5 -6l5 6l5 -6"/>`;
}

export function arrowRight(x: number, y: number, length: number): string {
  return `<path class="arrow" d="M${x} ${y}h${length - 2}m-6 -5l6 5l-6 5"/>`;
}

export function moved(svg: string, x: number, y: number): string {
  return `<g transform="translate(${round(x)} ${round(y)})">${svg}</g>`;
}

/** Numbers as short texts, the same on every machine. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
