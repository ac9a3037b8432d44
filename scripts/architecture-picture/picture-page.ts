import { html } from '../../analysis/statement/escape';
import { arrowDown, arrowRight, cardPart, chipsPart, gridPart, moved, STYLE, textLines, type Part } from './drawing';
import type { Card, PictureFacts, Step } from './picture-facts';

const PAGE = { width: 960, margin: 24, gap: 28 };
const INNER = PAGE.width - 2 * PAGE.margin;
const STEPS = { width: 270, arrow: 46, pad: 14 };
const RIGHT = STEPS.pad + STEPS.width + STEPS.arrow;

/** Draws the agents of an example: an event's way from its source to what is published, and what stands around it. */
export function pictureSvg(example: string, agents: readonly PictureFacts[]): string {
  const drawn = agents.map((facts) => agentPart(facts));
  const height = drawn.reduce((sum, part) => sum + part.height + PAGE.gap, PAGE.margin + 4);
  let y = PAGE.margin;
  const body = drawn.map((part) => {
    const svg = moved(part.svg, PAGE.margin, y);
    y += part.height + PAGE.gap;
    return svg;
  });
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${PAGE.width} ${height}" width="${PAGE.width}" height="${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">Architecture of ${html(example)}</title>`,
    `<desc id="desc">${html(agents.map(inWords).join(' '))}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect width="${PAGE.width}" height="${height}" rx="10" fill="#fff" stroke="#e2e8f0"/>`,
    // One element a line: a change of a picture can be reviewed.
    ...body.map((svg) => svg.replace(/(?<=>)(?=<(g|\/g|rect|path|text|circle)\b)/g, '\n')),
    '</svg>',
  ].join('\n')}\n`;
}

function agentPart(facts: PictureFacts): Part {
  const parts: string[] = [];
  let y = 0;
  const put = (part: Part, after = 0) => {
    parts.push(moved(part.svg, 0, y));
    y += part.height + after;
  };
  const stacks = `drawn from the synthesized templates of ${facts.stacks.join(' and ')}`;
  parts.push(`<text class="title" x="0" y="18">${html(facts.title)}</text>`);
  y += 28;
  put(textLines(stacks, { x: 0, y: 0, width: INNER }, { name: 'note' }), 14);
  put(bandPart('Starts on', facts.starts, 'nothing in the app starts it'));
  put(downPart(facts.delivery));
  if (facts.between.length) {
    put(bandPart('Asks for turns', facts.between, ''));
    put(downPart(''));
  }
  put(facts.steps.length ? workflowPart(facts) : sessionPart(facts, INNER));
  y += PAGE.gap;
  put(bandPart('Around all of it', facts.around, 'nothing in the app'));
  return { svg: parts.join(''), height: y };
}

/** A titled row of cards over the whole width. */
function bandPart(title: string, cards: readonly Card[], otherwise: string): Part {
  const head = textLines(title, { x: 14, y: 10, width: INNER - 28 }, { name: 'head' });
  const grid = cards.length
    ? gridPart(cards, INNER - 28, 3)
    : textLines(otherwise, { x: 0, y: 0, width: INNER - 28 }, { name: 'note' });
  const top = head.height + 20;
  const height = top + grid.height + 14;
  return {
    svg: `<rect class="band" width="${INNER}" height="${height}" rx="8"/>${head.svg}${moved(grid.svg, 14, top)}`,
    height,
  };
}

function downPart(label: string): Part {
  const x = STEPS.pad + STEPS.width / 2;
  const note = label ? textLines(label, { x: x + 16, y: 8, width: INNER - x - 16 }, { name: 'note' }).svg : '';
  return { svg: arrowDown(x, 2, 30) + note, height: 36 };
}

/** The steps below each other, each with what it touches beside it. */
function workflowPart(facts: PictureFacts): Part {
  const right = INNER - STEPS.pad - RIGHT;
  const head = textLines(
    'Turn workflow (Step Functions)',
    { x: STEPS.pad, y: 12, width: INNER - 28 },
    { name: 'head' },
  );
  const svg: string[] = [head.svg];
  let y = head.height + 24;
  facts.steps.forEach((step, index) => {
    const box = stepPart(step, index + 1);
    const touched = step.session ? sessionPart(facts, right) : gridPart(step.touches, right, 2);
    svg.push(moved(box.svg, STEPS.pad, y));
    if (touched.height) {
      svg.push(arrowRight(STEPS.pad + STEPS.width + 4, y + 22, STEPS.arrow - 8), moved(touched.svg, RIGHT, y));
    }
    const height = Math.max(box.height, touched.height);
    if (index < facts.steps.length - 1) {
      svg.push(arrowDown(STEPS.pad + 20, y + box.height + 2, height - box.height + 14));
    }
    y += height + 18;
  });
  const height = y - 18 + STEPS.pad;
  return { svg: `<rect class="frame" width="${INNER}" height="${height}" rx="8"/>${svg.join('')}`, height };
}

function stepPart({ title, notes }: Step, number: number): Part {
  const at = { x: 42, width: STEPS.width - 52 };
  const parts: string[] = [];
  let y = 12;
  for (const [text, name] of [[title, 'name'], ...notes.map((note) => [note, 'note'])] as ['string', 'name'][]) {
    const part = textLines(text, { ...at, y }, { name });
    parts.push(part.svg);
    y += part.height;
  }
  const height = Math.max(y + 10, 44);
  const disc = `<circle cx="20" cy="20" r="12" fill="#334155"/><text class="number" x="20" y="24.5">${number}</text>`;
  return {
    svg: `<rect class="step" width="${STEPS.width}" height="${height}" rx="6"/>${disc}${parts.join('')}`,
    height,
  };
}

/** The session, the place where its commands run, and what these can reach. */
function sessionPart({ session, runtime, reaches }: PictureFacts, width: number): Part {
  const svg: string[] = [];
  let y = 0;
  const put = (part: Part) => {
    svg.push(moved(part.svg, 0, y));
    y += part.height;
  };
  const down = (label: string) => {
    svg.push(arrowDown(24, y + 2, 28), textLines(label, { x: 38, y: y + 7, width: width - 38 }, { name: 'note' }).svg);
    y += 34;
  };
  put(cardPart(session, width));
  down('its session role starts');
  put(runtimePart(runtime, width));
  if (reaches.length) {
    down('its execution role reaches');
    put(gridPart(reaches, width, 2));
  }
  return { svg: svg.join(''), height: y };
}

function runtimePart({ inVpc, title, card, endpoints }: PictureFacts['runtime'], width: number): Part {
  const inner = width - 28;
  const head = textLines(
    title,
    { x: 14, y: 12, width: inner },
    { name: 'head', ...(inVpc ? { fill: '#6d28d9' } : {}) },
  );
  const box = cardPart(card, inner);
  const chips = chipsPart(endpoints, inner);
  const svg = [head.svg];
  let y = head.height + 20;
  svg.push(moved(box.svg, 14, y));
  y += box.height + 10;
  if (endpoints.length) {
    const label = textLines(
      'endpoints, each with a policy unless it says open',
      { x: 14, y, width: inner },
      { name: 'note' },
    );
    svg.push(label.svg, moved(chips.svg, 14, y + label.height + 6));
    y += label.height + chips.height + 18;
  }
  const height = y + 4;
  const wall = inVpc
    ? `<rect class="wall" width="${width}" height="${height}" rx="10"/>`
    : `<rect class="band" width="${width}" height="${height}" rx="8"/>`;
  return { svg: wall + svg.join(''), height };
}

/** The picture for those who cannot see it. */
function inWords({ title, starts, steps, session, runtime, reaches, around }: PictureFacts): string {
  const cards = (list: readonly Card[]) =>
    list.map(({ service, name, notes }) => [service, name, ...notes].filter((text) => text).join(', ')).join('; ');
  return [
    `${title} starts on: ${cards(starts) || 'nothing in the app'}.`,
    ...(steps.length ? [`Steps: ${steps.map((step) => step.title).join('; ')}.`] : []),
    `${cards([session])}.`,
    `${runtime.title}. Endpoints: ${runtime.endpoints.join(', ')}.`,
    `It reaches: ${cards(reaches) || 'nothing'}.`,
    `Around it: ${cards(around)}.`,
  ].join(' ');
}
