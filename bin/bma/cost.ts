import { recordOfAssembly } from '../../lib/cost/assembly-estimate';
import { ASSUMPTIONS } from '../../lib/cost/assumption-values';
import type { CostAssumptions } from '../../lib/cost/cost-assumptions';
import type { CostRecord } from '../../lib/cost/cost-record';
import { costMarkdown } from '../../lib/cost/markdown';
import { costJson, costText } from '../../lib/cost/text';
import { InputError } from '../../lib/validation/refused-input';
import { addFormats, EXIT, formatOf, UsageError, type Command, type FormatOptions } from './command';

const FORMATS = ['text', 'json', 'md'] as const;
type Format = (typeof FORMATS)[number];

const RENDERERS: Readonly<Record<Format, (record: CostRecord) => string>> = {
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
  /** The property that commander keeps the value in. */
  attribute: name === 'turnsPerMonth' ? 'turns' : name,
}));

type Options = FormatOptions<Format> & { readonly stack?: readonly string[] } & Readonly<Record<string, unknown>>;

/** `bma cost`: what a cloud assembly costs per month and per turn. */
export const costCommand: Command<Options> = {
  name: 'cost',
  summary: 'what a cloud assembly costs per month, idle and per turn',
  description:
    'Estimates the monthly cost of the stacks of a cloud assembly, also of stacks that were written by hand, from list prices, with the assumptions and with what is not in the sums.',
  exitCodes: {},
  define(command) {
    command
      .argument('[cdk.out]', 'cloud assembly directory', 'cdk.out')
      .option('--stack <id>', 'only this stack; may be repeated', (id: string, before: string[] = []) => [
        ...before,
        id,
      ]);
    addFormats(command, FORMATS);
    for (const { option, what, fallback } of NUMBERS) {
      command.option(`--${option} <number>`, `${what} (default: ${fallback})`, numberOf(option));
    }
  },
  run([directory], options, { out }) {
    const format = formatOf(options, FORMATS);
    try {
      out(RENDERERS[format](recordOfAssembly(String(directory), assumptionsIn(options), options.stack)));
    } catch (problem) {
      throw problem instanceof InputError ? new UsageError(problem.message) : problem;
    }
    return EXIT.done;
  },
};

function assumptionsIn(options: Options): CostAssumptions {
  return Object.fromEntries(
    NUMBERS.flatMap(({ name, attribute }) => (options[attribute] === undefined ? [] : [[name, options[attribute]]])),
  );
}

function numberOf(option: string): (text: string) => number {
  return (text) => {
    if (!/^\d+(\.\d+)?$/.test(text)) {
      throw new UsageError(`--${option} is '${text}'. Give a number that is not negative.`);
    }
    return Number(text);
  };
}
