import { recordOfAssembly } from '../../lib/cost/assembly-estimate';
import { ASSUMPTIONS } from '../../lib/cost/assumption-values';
import type { CostAssumptions } from '../../lib/cost/cost-assumptions';
import type { CostRecord } from '../../lib/cost/cost-record';
import { costMarkdown } from '../../lib/cost/markdown';
import { costJson, costText } from '../../lib/cost/text';
import { InputError } from '../../lib/validation/refused-input';
import { oneOf, UsageError, type Command, type Options } from './command';

const FORMATS = ['text', 'json', 'md'] as const;

const RENDERERS: Readonly<Record<(typeof FORMATS)[number], (record: CostRecord) => string>> = {
  text: costText,
  json: costJson,
  md: costMarkdown,
};

/** `turnsPerMonth` is `--turns`, `cachedShare` is `--cached-share`. */
const optionOf = (name: string) =>
  name === 'turnsPerMonth' ? 'turns' : name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const NUMBERS = Object.entries(ASSUMPTIONS).map(([name, assumption]) => ({
  ...assumption,
  name: name as keyof CostAssumptions,
  option: optionOf(name),
}));

/** `bma cost`: what a cloud assembly costs per month and per turn. */
export const costCommand: Command = {
  summary: 'what a cloud assembly costs per month, idle and per turn',
  usage: `Usage: bma cost [cdk.out] [options]

Estimates the monthly cost of the stacks of a cloud assembly (default cdk.out), also of stacks that were written by hand,
from list prices, with the assumptions and with what is not in the sums.

Options:
  --stack <id>             only this stack; may be repeated
  --format <text|json|md>  what to print (default text)
  -h, --help               this text

Assumptions:
${NUMBERS.map(({ option, what, fallback }) => `  --${option} <number>`.padEnd(37) + `${what} (default ${fallback})`).join('\n')}
`,
  options: {
    stack: { type: 'string', multiple: true },
    format: { type: 'string' },
    ...Object.fromEntries(NUMBERS.map(({ option }) => [option, { type: 'string' as const }])),
  },
  run([directory = 'cdk.out', ...more], options, out) {
    if (more.length) {
      throw new UsageError(`cost takes one cloud assembly directory.\n\n${this.usage}`);
    }
    const format = oneOf(options, 'format', FORMATS, 'text');
    try {
      out(
        RENDERERS[format](recordOfAssembly(directory, assumptionsIn(options), options.stack as string[] | undefined)),
      );
    } catch (problem) {
      throw problem instanceof InputError ? new UsageError(problem.message) : problem;
    }
    return 0;
  },
};

function assumptionsIn(options: Options): CostAssumptions {
  const given = NUMBERS.filter(({ option }) => options[option] !== undefined).map(({ name, option }) => {
    const text = String(options[option]);
    if (!/^\d+(\.\d+)?$/.test(text)) {
      throw new UsageError(`--${option} is '${text}'. Give a number that is not negative.`);
    }
    return [name, Number(text)];
  });
  return Object.fromEntries(given) as CostAssumptions;
}
