import { impactOf, type Impact } from '../../analysis/impact/impact';
import { impactMarkdown, impactText } from '../../analysis/impact/impact-text';
import { addFormats, EXIT, formatOf, type Command, type FormatOptions } from './command';
import { readAssembly } from './read-assembly';

const FORMATS = ['text', 'md', 'json'] as const;
type Format = (typeof FORMATS)[number];

/** The JSON form of an impact. It doesn't contain the resources, which are in the templates. */
export const impactJson = (impact: Impact): string =>
  `${JSON.stringify(impact, (key, value: unknown) => (key === 'before' || key === 'after' ? undefined : value), 2)}\n`;

const RENDERERS: Readonly<Record<Format, (impact: Impact) => string>> = {
  text: impactText,
  md: impactMarkdown,
  json: impactJson,
};

interface Options extends FormatOptions<Format> {
  readonly exitCode?: boolean;
}

/** `bma impact`: the effects of a deployment on running agents. */
export const impactCommand: Command<Options> = {
  name: 'impact',
  summary: 'what deploying a new version means for running agents',
  description:
    'Compares two cloud assemblies as if the old one were deployed: which resources are replaced, updated, removed and retained, what running agents lose (files, open conversations, turns), and what makes the deployment fail.',
  exitCodes: { [EXIT.attention]: 'the deployment fails or data is lost (with --exit-code)' },
  define(command) {
    command
      .argument('<old cdk.out>', 'cloud assembly that is deployed')
      .argument('<new cdk.out>', 'cloud assembly to deploy');
    addFormats(command, FORMATS);
    command.option('--exit-code', 'exit with 1 when the deployment fails or data is lost');
  },
  run([before, after], options, { out }) {
    const format = formatOf(options, FORMATS);
    const impact = impactOf(readAssembly(String(before)), readAssembly(String(after)));
    out(RENDERERS[format](impact));
    const stops = impact.effects.some(({ level }) => level === 'blocks' || level === 'loses');
    return options.exitCode && stops ? EXIT.attention : EXIT.done;
  },
};
