import { html } from '../statement/escape';
import type { Statement } from '../statement/statement';
import type { Card, PictureFacts, Step } from './facts';
import { arrowDown, arrowRight, cardPart, chipsPart, gridPart, moved, type Part, textLines } from './parts';
import { pictureFacts } from './picture-facts';
import { kindClass, pictureStyle } from './style';

/** The context in which a picture is shown. */
export interface PictureOptions {
  /** What is drawn, for those who can't see it: `Architecture of ci-pipeline-agent`. */
  readonly title: string;
  /** A line below the name of each agent. Absent: none, and no name. */
  readonly subtitle?: string;
  /** Width in pixels. Below 700 the steps of a turn have what they touch below them. */
  readonly width: number;
  /** Unique in the page. */
  readonly id: string;
  /** `file`: with its own style, background and size. `page`: as wide as its place; the page has `pictureStyle`. */
  readonly shownIn: 'file' | 'page';
}

/** Sizes of a picture. */
interface Frame {
  readonly inner: number;
  readonly columns: number;
  readonly narrow: boolean;
}

const MARGIN = 24;
const GAP = 28;
const STEPS = { width: 270, arrow: 46, pad: 14 };

/** Draws agents: the path of an event from its source to the published output, and the surrounding resources. */
export function pictureSvg(statements: readonly Statement[], options: PictureOptions): string {
  const { width, id, title, shownIn } = options;
  const inFile = shownIn === 'file';
  const margin = inFile ? MARGIN : 2;
  const narrow = width < 700;
  const frame = { inner: width - 2 * margin, columns: narrow ? 1 : 3, narrow };
  const agents = statements.map(pictureFacts);
  const drawn = agents.map((facts) => agentPart(facts, frame, options.subtitle));
  const height = drawn.reduce((sum, part) => sum + part.height + GAP, 2 * margin - GAP);
  let y = margin;
  const body = drawn.map((part) => {
    const svg = moved(part.svg, margin, y);
    y += part.height + GAP;
    return svg;
  });
  return `${[
    `<svg class="picture" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}"${inFile ? ` width="${width}" height="${height}"` : ''} role="img" aria-labelledby="${id}-title ${id}-desc">`,
    `<title id="${id}-title">${html(title)}</title>`,
    `<desc id="${id}-desc">${html(agents.map(inWords).join(' '))}</desc>`,
    ...(inFile
      ? [`<style>${pictureStyle('light')}</style>`, `<rect class="page" width="${width}" height="${height}" rx="10"/>`]
      : []),
    // One element per line, so that changes of a picture can be reviewed.
    ...body.map((svg) => svg.replace(/(?<=>)(?=<(g|\/g|rect|path|text|circle)\b)/g, '\n')),
    '</svg>',
  ].join('\n')}\n`;
}

/** Parts below each other. */
class Column {
  public height = 0;
  private readonly parts: string[] = [];

  public put(part: Part, x = 0, after = 0): void {
    this.parts.push(moved(part.svg, x, this.height));
    this.height += part.height + after;
  }

  /** An arrow to the next part, with a label. */
  public arrow(x: number, label: string, width: number): void {
    const note = textLines(label, { x: x + 14, y: 8, width: width - x - 14 }, { name: 'note' });
    const height = Math.max(36, note.height + 18);
    this.put({ svg: arrowDown(x, 2, height - 6) + (label ? note.svg : ''), height });
  }

  public get svg(): string {
    return this.parts.join('');
  }
}

function agentPart(facts: PictureFacts, frame: Frame, subtitle: string | undefined): Part {
  const { inner } = frame;
  const column = new Column();
  if (subtitle !== undefined) {
    column.put(textLines(facts.title, { x: 0, y: 0, width: inner }, { name: 'title' }), 0, 2);
    column.put(textLines(subtitle, { x: 0, y: 0, width: inner }, { name: 'note' }), 0, 14);
  }
  const arrowAt = frame.narrow ? 34 : STEPS.pad + STEPS.width / 2;
  column.put(bandPart('Starts on', facts.starts, 'nothing in the app starts it', frame));
  column.arrow(arrowAt, facts.delivery, inner);
  if (facts.between.length > 0) {
    column.put(bandPart('Starts turns', facts.between, '', frame));
    column.arrow(arrowAt, '', inner);
  }
  column.put(facts.steps.length > 0 ? workflowPart(facts, frame) : sessionPart(facts, inner), 0, GAP);
  column.put(bandPart('Around the agent', facts.around, 'nothing in the app', frame));
  return column;
}

/** A titled row of cards over the whole width. */
function bandPart(title: string, cards: readonly Card[], otherwise: string, { inner, columns }: Frame): Part {
  const width = inner - 28;
  const head = textLines(title, { x: 14, y: 10, width }, { name: 'head' });
  const grid =
    cards.length > 0 ? gridPart(cards, width, columns) : textLines(otherwise, { x: 0, y: 0, width }, { name: 'note' });
  const top = head.height + 20;
  const height = top + grid.height + 14;
  return {
    svg: `<rect class="band" width="${inner}" height="${height}" rx="8"/>${head.svg}${moved(grid.svg, 14, top)}`,
    height,
  };
}

/** The steps below each other, each with its resources next to it, or below it in a narrow picture. */
function workflowPart(facts: PictureFacts, { inner, narrow }: Frame): Part {
  const stepWidth = narrow ? inner - 2 * STEPS.pad : STEPS.width;
  const left = narrow ? STEPS.pad + 30 : STEPS.pad + STEPS.width + STEPS.arrow;
  const right = inner - STEPS.pad - left;
  const head = textLines(
    'Turn workflow (Step Functions)',
    { x: STEPS.pad, y: 12, width: inner - 28 },
    { name: 'head' },
  );
  const svg: string[] = [head.svg];
  let y = head.height + 24;
  facts.steps.forEach((step, index) => {
    const box = stepPart(step, index + 1, stepWidth);
    const touched = step.session ? sessionPart(facts, right) : gridPart(step.touches, right, narrow ? 1 : 2);
    svg.push(moved(box.svg, STEPS.pad, y));
    const below = narrow ? y + box.height + 8 : y;
    if (touched.height > 0) {
      svg.push(
        ...(narrow ? [] : [arrowRight(STEPS.pad + STEPS.width + 4, y + 22, STEPS.arrow - 8)]),
        moved(touched.svg, left, below),
      );
    }
    const height =
      narrow && touched.height > 0 ? box.height + 8 + touched.height : Math.max(box.height, touched.height);
    if (index < facts.steps.length - 1) {
      svg.push(arrowDown(STEPS.pad + (narrow ? 12 : 20), y + box.height + 2, height - box.height + 14));
    }
    y += height + 18;
  });
  const height = y - 18 + STEPS.pad;
  return { svg: `<rect class="frame" width="${inner}" height="${height}" rx="8"/>${svg.join('')}`, height };
}

function stepPart({ title, notes }: Step, number: number, width: number): Part {
  const at = { x: 42, width: width - 52 };
  const parts: string[] = [];
  let y = 12;
  for (const [text, name] of [[title, 'name'], ...notes.map((note) => [note, 'note'])] as ['string', 'name'][]) {
    const part = textLines(text, { ...at, y }, { name });
    parts.push(part.svg);
    y += part.height;
  }
  const height = Math.max(y + 10, 44);
  const disc = `<circle class="disc" cx="20" cy="20" r="12"/><text class="number" x="20" y="24.5">${number}</text>`;
  return {
    svg: `<rect class="step" width="${width}" height="${height}" rx="6"/>${disc}${parts.join('')}`,
    height,
  };
}

/** The session, the environment of its commands, and the resources that they can access. */
function sessionPart({ session, runtime, reaches }: PictureFacts, width: number): Part {
  const column = new Column();
  column.put(cardPart(session, width));
  column.arrow(24, 'invoked by its session role', width);
  column.put(runtimePart(runtime, width));
  if (reaches.length > 0) {
    column.arrow(24, 'its execution role can access', width);
    column.put(gridPart(reaches, width, width < 400 ? 1 : 2));
  }
  return column;
}

function runtimePart({ inVpc, title, card, notes, endpoints }: PictureFacts['runtime'], width: number): Part {
  const inner = width - 28;
  const column = new Column();
  const at = { x: 14, y: 0, width: inner };
  column.height = 12;
  column.put(textLines(title, at, { name: 'head', ...(inVpc ? { kind: kindClass('network') } : {}) }), 0, 8);
  column.put(cardPart(card, inner), 14, 10);
  notes.forEach((note) => column.put(textLines(note, at, { name: 'note' })));
  if (endpoints.length > 0) {
    column.put(textLines('endpoints with a policy, except those marked open', at, { name: 'note' }), 0, 6);
    column.put(chipsPart(endpoints, inner), 14, 8);
  }
  const height = column.height + 6;
  return {
    svg: `<rect class="${inVpc ? 'wall' : 'band'}" width="${width}" height="${height}" rx="10"/>${column.svg}`,
    height,
  };
}

/** The picture for those who can't see it. */
function inWords({ title, starts, delivery, between, steps, session, runtime, reaches, around }: PictureFacts): string {
  const cards = (list: readonly Card[]) =>
    list.map(({ service, name, notes }) => [service, name, ...notes].filter((text) => text).join(', ')).join('; ');
  return [
    `${title} starts on: ${cards(starts) || 'nothing in the app'}.`,
    ...(delivery ? [`Delivered ${delivery}.`] : []),
    ...(between.length > 0 ? [`Turns are asked for by: ${cards(between)}.`] : []),
    ...(steps.length > 0 ? [`Steps: ${steps.map((step) => step.title).join('; ')}.`] : []),
    `${cards([session, runtime.card])}.`,
    `${[runtime.title, ...runtime.notes].join('; ')}. Endpoints: ${runtime.endpoints.join(', ') || 'none in the app'}.`,
    `It reaches: ${cards(reaches) || 'nothing'}.`,
    `Around it: ${cards(around) || 'nothing in the app'}.`,
  ].join(' ');
}
