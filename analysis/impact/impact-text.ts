import { code, visible } from '../../lib/contracts/untrusted-text';
import { EFFECT_LEVELS, type Effect, type EffectLevel } from './effect';
import type { Impact, StackImpact } from './impact';
import type { Action, ResourceChange } from './resource-changes';
import { addTo } from '../model/list-map';

const HEADINGS: Readonly<Record<EffectLevel, string>> = {
  blocks: 'The deployment fails',
  loses: 'Lost',
  stays: 'Retained in the account',
  interrupts: 'Interrupted',
  unknown: 'Not known',
};

const ACTIONS: readonly Action[] = ['replace', 'may replace', 'remove', 'retain', 'add', 'update', 'update, not known'];

const WORDS: Readonly<Record<Action, string>> = {
  replace: 'replaced',
  'may replace': 'may be replaced',
  remove: 'removed',
  retain: 'retained',
  add: 'added',
  update: 'updated',
  'update, not known': 'updated (unknown type)',
};

type Quote = (name: string) => string;

/** The impact as a section of the comment of a pull request. */
export function impactMarkdown(impact: Impact): string {
  if (impact.stacks.length === 0) return '### Impact: no change\n\nNo resource changes.\n';
  const stops = impact.effects.some(({ level }) => level === 'blocks');
  const { length } = impact.effects;
  const title = `### Impact: ${stops ? 'the deployment fails ⚠️' : length === 1 ? '1 effect' : `${length || 'no'} effects`}`;
  return `${[title, ...effectSections(impact, code, (heading) => `**${heading}**\n`, '- '), ...impact.stacks.map(stackMarkdown)].join('\n\n')}\n`;
}

/** The impact as plain text. */
export function impactText(impact: Impact): string {
  if (impact.stacks.length === 0) return 'No resource changes.\n';
  const parts = [
    ...effectSections(impact, visible, (heading) => `${heading}:`, '  '),
    ...impact.stacks.map((stack) =>
      [
        `${visible(stack.stack)} (${stack.status}): ${counts(stack)}`,
        ...rows(stack, visible).map((row) => `  ${row}`),
      ].join('\n'),
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}

function effectSections(
  { effects }: Impact,
  quote: Quote,
  heading: (text: string) => string,
  bullet: string,
): string[] {
  return EFFECT_LEVELS.flatMap((level) => {
    const found = effects.filter((effect) => effect.level === level);
    return found.length > 0
      ? [[heading(HEADINGS[level]), ...entries(found, quote).map((entry) => `${bullet}${entry}`)].join('\n')]
      : [];
  });
}

/** One entry for each sentence, with all resources that it applies to. */
function entries(effects: readonly Effect[], quote: Quote): string[] {
  const subjects = new Map<string, string[]>();
  for (const effect of effects) {
    const said = sentence(effect, quote);
    addTo(subjects, said, quote(effect.subject));
  }
  return [...subjects].map(([said, of]) =>
    of.length === 1
      ? `${of[0]}: ${said}`
      : `${of.length} resources: ${said}${of.map((each) => `\n    - ${each}`).join('')}`,
  );
}

function sentence({ says, names, fix }: Effect, quote: Quote): string {
  const given = [...names];
  const said = says.replace(/\{\}/g, () => quote(given.shift() ?? ''));
  return `${said}.${fix === undefined ? '' : ` Fix: ${fix.replace(/[`<>*_\\[\]]/g, '')}.`}`;
}

function stackMarkdown(stack: StackImpact): string {
  const lines = rows(stack, code);
  const title = `Stack <code>${escapeHtml(visible(stack.stack))}</code> (${stack.status}): ${counts(stack)}`;
  // Added resources are only counted: a new stack has nothing to unfold.
  if (lines.length === 0) return title;
  return `<details><summary>${title}</summary>\n\n${lines.map((line) => `- ${line}`).join('\n')}\n\n</details>`;
}

const escapeHtml = (text: string) => text.replace(/[&<>]/g, (each) => `&#${each.charCodeAt(0)};`);

function counts({ changes }: StackImpact): string {
  return (
    ACTIONS.map((action) => [changes.filter((change) => change.action === action).length, WORDS[action]] as const)
      .filter(([count]) => count > 0)
      .map(([count, word]) => `${count} ${word}`)
      .join(', ') || 'no resources'
  );
}

/** One line per change; added resources are only counted. */
function rows({ changes }: StackImpact, quote: Quote): string[] {
  return ACTIONS.filter((action) => action !== 'add').flatMap((action) =>
    changes.filter((change) => change.action === action).map((change) => row(change, quote)),
  );
}

function row({ action, path, type, properties, keepsOld }: ResourceChange, quote: Quote): string {
  const which = properties.length > 0 ? `: ${properties.map(quote).join(', ')}` : '';
  const old = keepsOld && (action === 'replace' || action === 'may replace') ? ' (the old one is kept)' : '';
  return `${WORDS[action]}${old}: ${quote(path)} (${visible(type)})${which}`;
}
