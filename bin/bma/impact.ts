import { impactOf, type Impact } from '../../analysis/impact/impact';
import { impactMarkdown, impactText } from '../../analysis/impact/impact-text';
import { oneOf, UsageError, type Command } from './command';
import { readAssembly } from './read-assembly';

const FORMATS = ['text', 'md', 'json'] as const;

const RENDERERS: Readonly<Record<(typeof FORMATS)[number], (impact: Impact) => string>> = {
  text: impactText,
  md: impactMarkdown,
  // The resources themselves are in the templates.
  json: (impact) =>
    `${JSON.stringify(impact, (key, value: unknown) => (key === 'before' || key === 'after' ? undefined : value), 2)}\n`,
};

/** `bma impact`: what deploying a new version means for what is running. */
export const impactCommand: Command = {
  summary: 'what deploying a new version means for running agents',
  usage: `Usage: bma impact <old cdk.out> <new cdk.out> [options]

Compares two cloud assemblies as if the old one were deployed: which resources are replaced, updated, removed and
retained, what running agents lose (files, open conversations, turns), and what makes the deployment fail.

Options:
  --format <text|md|json>  what to print (default text)
  --exit-code              exit with 1 when something blocks the deployment or is lost
  -h, --help               this text
`,
  options: { format: { type: 'string' }, 'exit-code': { type: 'boolean' } },
  run(positionals, options, out) {
    const [before, after, ...more] = positionals;
    if (before === undefined || after === undefined || more.length) {
      throw new UsageError(`impact takes an old and a new cloud assembly directory.\n\n${this.usage}`);
    }
    const format = oneOf(options, 'format', FORMATS, 'text');
    const impact = impactOf(readAssembly(before), readAssembly(after));
    out(RENDERERS[format](impact));
    return options['exit-code'] && impact.effects.some(({ level }) => level === 'blocks' || level === 'loses') ? 1 : 0;
  },
};
