import { TEXT } from '../../../analysis/drawing/parts';
import { textWidth } from '../../../analysis/drawing/text-width';

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const SIZES: Readonly<Record<string, number>> = TEXT;

/** Texts of a picture that overlap, or that leave the smallest box that they begin in. */
export function problemsOf(svg: string): string[] {
  const { texts, boxes } = placed(svg);
  const problems: string[] = [];
  texts.forEach(([text, box], index) => {
    for (const [other, otherBox] of texts.slice(index + 1)) {
      if (meets(box, otherBox)) {
        problems.push(`'${text}' meets '${other}'`);
      }
    }
    const [own] = boxes.filter((candidate) => beginsIn(box, candidate)).sort((one, two) => area(one) - area(two));
    if (!own || box.right > own.right || box.bottom > own.bottom) {
      problems.push(`'${text}' leaves its box`);
    }
  });
  return problems;
}

/** Every text and rectangle with the translations of its groups added up. */
function placed(svg: string): { texts: [string, Box][]; boxes: Box[] } {
  const texts: [string, Box][] = [];
  const boxes: Box[] = [];
  const origins = [{ x: 0, y: 0 }];
  for (const [, textOf, content, tag = 'text', boxOf] of svg.matchAll(
    /<text\b([^>]*)>(.*?)<\/text>|<(g|\/g|rect)\b([^>]*)>/g,
  )) {
    const attributes = textOf ?? boxOf;
    const origin = origins.at(-1)!;
    const number = (name: string) => Number(new RegExp(`\\b${name}="(-?[\\d.]+)"`).exec(attributes)?.[1] ?? 0);
    if (tag === '/g') {
      origins.pop();
    } else if (tag === 'g') {
      const [, x, y] = /translate\((-?[\d.]+) (-?[\d.]+)\)/.exec(attributes)!;
      origins.push({ x: origin.x + Number(x), y: origin.y + Number(y) });
    } else {
      const [left, top] = [origin.x + number('x'), origin.y + number('y')];
      if (tag === 'rect') {
        boxes.push({ left, top, right: left + number('width'), bottom: top + number('height') });
      } else {
        texts.push(textBox(content, /class="(\w+)/.exec(attributes)?.[1], left, top));
      }
    }
  }
  return { texts, boxes };
}

function textBox(content: string, name: string | undefined, left: number, baseline: number): [string, Box] {
  const spans = [...content.matchAll(/<tspan class="(\w+)[^"]*"[^>]*?(?:dx="(\d+)")?>(.*?)<\/tspan>/g)];
  const parts = spans.length ? spans.map(([, own, gap, text]) => [own, Number(gap ?? 0), text] as const) : undefined;
  const width = (parts ?? [[name ?? 'note', 0, content] as const]).reduce(
    (sum, [own, gap, text]) => sum + gap + textWidth(decoded(text), SIZES[own], own !== 'note'),
    0,
  );
  const size = SIZES[parts?.[0][0] ?? name ?? 'note'];
  const start = name === 'number' ? left - width / 2 : left;
  return [content, { left: start, top: baseline - size * 0.8, right: start + width, bottom: baseline + size * 0.2 }];
}

function decoded(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, '"');
}

function meets(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

function beginsIn(text: Box, box: Box): boolean {
  return text.left >= box.left && text.left <= box.right && text.top >= box.top && text.top <= box.bottom;
}

function area({ left, top, right, bottom }: Box): number {
  return (right - left) * (bottom - top);
}
