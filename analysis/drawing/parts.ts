import { html } from '../statement/escape';
import { type Card, SIGNS } from './facts';
import { kindClass } from './style';
import { linesOf, textWidth } from './text-width';

/** A part of the picture: its drawing, relative to its origin, and its height. */
export interface Part {
  readonly svg: string;
  readonly height: number;
}

/** Sizes of texts by their class. */
export const TEXT = { service: 11, name: 13, note: 12, head: 14, title: 20, number: 12 };
const LINE = 16;
const PAD = 10;

/** A text of at most `width`, on as many lines as it takes. */
export function textLines(
  text: string,
  at: { x: number; y: number; width: number },
  style: { name: 'service' | 'name' | 'note' | 'head' | 'title'; kind?: string; most?: number },
): Part {
  const bold = style.name !== 'note';
  const lines = linesOf(text, at.width, TEXT[style.name], bold, style.most ?? 12);
  const sign = text.startsWith(SIGNS.warn) ? ' warn' : text.startsWith(SIGNS.never) ? ' never' : '';
  const line = style.name === 'title' ? 26 : LINE;
  const names = `${style.name}${style.kind ? ` ${style.kind}` : ''}${sign}`;
  const svg = lines.map(
    (each, index) =>
      `<text class="${names}" x="${at.x}" y="${at.y + (style.name === 'title' ? 18 : 12) + index * line}">${html(each)}</text>`,
  );
  return { svg: svg.join(''), height: lines.length * line };
}

/** A card: its service, its name and its notes. */
export function cardPart({ service, kind, name, notes }: Card, width: number, least = 0): Part {
  const inner = { x: PAD + 6, width: width - 2 * PAD - 6 };
  const colour = kindClass(kind);
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
      `<text x="${inner.x}" y="${y + 12}"><tspan class="service ${colour}">${html(service)}</tspan>`,
      `<tspan class="name" dx="8">${html(name)}</tspan></text>`,
    );
    y += LINE;
  } else {
    if (service) {
      add(service, { name: 'service', kind: colour });
    }
    add(name, { name: 'name', ...(service ? {} : { kind: colour }) });
  }
  notes.forEach((note) => add(note, { name: 'note' }));
  const height = Math.max(y + PAD - 2, least);
  const frame = `<rect class="card" width="${round(width)}" height="${height}" rx="6"/><path d="M3 5v${height - 10}" class="bar ${colour}"/>`;
  return { svg: frame + parts.join(''), height };
}

/** Cards next to each other; those of one row are equally high. */
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
    const chip = `<rect class="chip" x="${x}" y="${y}" width="${round(own)}" height="24" rx="12"/><text class="note${label.startsWith(SIGNS.warn) ? ' warn' : ''}" x="${round(x + 8)}" y="${y + 16}">${html(label)}</text>`;
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
