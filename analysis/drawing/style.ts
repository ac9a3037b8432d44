import { TEXT } from './parts';
import type { Kind } from './words';

/** Colours of the picture by name, in light and in dark. Text meets 4.5:1 on its background in both. */
const COLOURS: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  ink: ['#0f172a', '#e6e8eb'],
  faint: ['#475569', '#a6adb8'],
  paper: ['#ffffff', '#14171c'],
  band: ['#f1f5f9', '#1b1f26'],
  line: ['#94a3b8', '#4b5563'],
  disc: ['#334155', '#475569'],
  wall: ['#6d28d9', '#b794f6'],
  inside: ['#faf5ff', '#1d1827'],
  warn: ['#8a4500', '#f0b060'],
  never: ['#a31515', '#ff8f8f'],
  events: ['#a21caf', '#e879f9'],
  compute: ['#c2410c', '#fb923c'],
  storage: ['#3f6212', '#a3e635'],
  security: ['#b91c1c', '#f87171'],
  network: ['#6d28d9', '#b794f6'],
  agent: ['#0f766e', '#5eead4'],
  watch: ['#9d174d', '#f472b6'],
  code: ['#1d4ed8', '#93c5fd'],
} satisfies Record<Kind, readonly [string, string]> & Record<string, readonly [string, string]>;

const KINDS: readonly Kind[] = ['events', 'compute', 'storage', 'security', 'network', 'agent', 'watch', 'code'];

/** Class of what is drawn in the colour of a kind. */
export function kindClass(kind: Kind): string {
  return `k-${kind}`;
}

/**
 * Style of the picture, for the elements of the class `picture` only: it may be part of a page.
 *
 * @param schemes `light` for a file that is shown on its own background; `both` for a page that follows the reader's choice
 */
export function pictureStyle(schemes: 'light' | 'both'): string {
  const light = rules((name) => COLOURS[name][0]);
  return schemes === 'light'
    ? light
    : `${light}\n@media screen and (prefers-color-scheme:dark){${rules((name) => COLOURS[name][1])}}`;
}

function rules(colour: (name: string) => string): string {
  const of: readonly (readonly [string, string])[] = [
    ['text', `font-family:"Segoe UI",Helvetica,Arial,"DejaVu Sans",sans-serif;fill:${colour('ink')}`],
    ['.service', `font-size:${TEXT.service}px;font-weight:bold`],
    ['.name', `font-size:${TEXT.name}px;font-weight:bold`],
    ['.note', `font-size:${TEXT.note}px;fill:${colour('faint')}`],
    ['.head', `font-size:${TEXT.head}px;font-weight:bold`],
    ['.title', `font-size:${TEXT.title}px;font-weight:bold`],
    ['.number', `font-size:${TEXT.number}px;font-weight:bold;fill:#fff;text-anchor:middle`],
    ['.page', `fill:${colour('paper')};stroke:${colour('line')}`],
    ['.card', `fill:${colour('paper')};stroke:${colour('line')}`],
    ['.chip', `fill:${colour('paper')};stroke:${colour('wall')}`],
    ['.step', `fill:${colour('band')};stroke:${colour('line')}`],
    ['.disc', `fill:${colour('disc')}`],
    ['.frame', `fill:none;stroke:${colour('line')};stroke-dasharray:5 4`],
    ['.band', `fill:${colour('band')};stroke:${colour('line')}`],
    ['.wall', `fill:${colour('inside')};stroke:${colour('wall')};stroke-width:2`],
    ['.arrow', `fill:none;stroke:${colour('faint')};stroke-width:1.6`],
    ['.bar', 'stroke-width:4;stroke-linecap:round'],
    ...KINDS.map((kind) => [`text.${kindClass(kind)}`, `fill:${colour(kind)}`] as const),
    ...KINDS.map((kind) => [`tspan.${kindClass(kind)}`, `fill:${colour(kind)}`] as const),
    ...KINDS.map((kind) => [`.bar.${kindClass(kind)}`, `stroke:${colour(kind)}`] as const),
    ['text.warn', `fill:${colour('warn')}`],
    ['text.never', `fill:${colour('never')}`],
  ];
  return of.map(([selector, style]) => `.picture ${selector}{${style}}`).join('');
}
