import { type Assumed, assumptionEntries, refusedAssumption } from '../../analysis/cost/assumptions';
import { estimate, rootStacks } from '../../analysis/cost/estimate';
import { costMarkdown } from '../../analysis/cost/markdown';
import type { CostRecord } from '../../analysis/cost/record';
import { costJson, costText } from '../../analysis/cost/text';
import { InputError } from '../../lib/validation/refused-input';
import { addFormats, EXIT, formatOf, UsageError, type Command, type FormatOptions } from './command';
import { readAssembly } from './read-assembly';

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

const NUMBERS = assumptionEntries.map(([name, assumption]) => ({
  ...assumption,
  name,
  option: optionOf(name),
  /** The property in which commander stores the value. */
  attribute: name === 'turnsPerMonth' ? 'turns' : name,
}));

type Options = FormatOptions<Format> & { readonly stack?: readonly string[] } & Readonly<Record<string, unknown>>;

/** `bma cost`: the cost of a cloud assembly per month and per turn. */
export const costCommand: Command<Options> = {
  name: 'cost',
  summary: 'what a cloud assembly costs per month, idle and per turn',
  description:
    'Estimates the monthly cost of the stacks in a cloud assembly, including stacks that were written by hand, from list prices. Prints the assumptions and what is not included.',
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
    const given = assumptionsIn(options);
    const model = readAssembly(String(directory));
    if (model.assembly.stacks.length === 0)
      throw new UsageError(`${String(directory)} has no stack. Fix: give the cloud assembly of an app with a stack.`);
    out(RENDERERS[format](estimate(model, given, stacksIn(options, rootStacks(model)))));
    return EXIT.done;
  },
};

function assumptionsIn(options: Options): Partial<Assumed> {
  const given = Object.fromEntries(
    NUMBERS.flatMap(({ name, attribute }) => (options[attribute] === undefined ? [] : [[name, options[attribute]]])),
  ) as Partial<Assumed>;
  const refused = refusedAssumption(given);
  if (refused) {
    throw new UsageError(new InputError('cost', refused).message);
  }
  return given;
}

function stacksIn({ stack }: Options, known: readonly string[]): readonly string[] {
  const unknown = stack?.find((id) => !known.includes(id));
  if (unknown !== undefined) {
    throw new UsageError(`There is no stack '${unknown}'. Allowed: ${known.join(', ') || 'the assembly has none'}.`);
  }
  return stack ?? known;
}

function numberOf(option: string): (text: string) => number {
  return (text) => {
    if (!/^\d+(\.\d+)?$/.test(text)) {
      throw new UsageError(`--${option} is '${text}'. Allowed: digits, with a decimal point if needed, such as 0.5.`);
    }
    return Number(text);
  };
}
