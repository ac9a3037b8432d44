/** Arguments of `npm start -- [example] [flags]`. */
import { parseArgs } from 'node:util';
import type { ModelEndpoint } from '../local/options';

export interface StartOptions {
  readonly example?: string;
  /** The real harness uses this model, instead of the script of the scenario. */
  readonly modelEndpoint?: ModelEndpoint;
  /** Only the help is printed. */
  readonly help: boolean;
}

/** The text of `npm start -- --help`. */
export function startHelp(examples: readonly string[], byDefault: string): string {
  return `Usage: npm start -- [example] [flags]

Synthesizes an example, prints its permissions and cost, and delivers its recorded events on this machine. No AWS account is needed.

Examples: ${examples.map((each) => (each === byDefault ? `${each} (default)` : each)).join(', ')}

Flags:
  --model-endpoint URL           base URL of a Responses API, such as http://127.0.0.1:11434/v1, whose model decides instead of a script
  --model-name NAME              name of the model at that endpoint
  --model-key-variable VARIABLE  environment variable with the key of that endpoint
  --help                         prints this text

Evidence is written to local-run/<example>/. Exit code: 0 when every turn ended as expected, otherwise 1.
`;
}

/** @throws Error that names the argument, what is allowed, and the fix */
export function readStartOptions(argv: readonly string[]): StartOptions {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      'model-endpoint': { type: 'string' },
      'model-name': { type: 'string' },
      'model-key-variable': { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (positionals.length > 1) {
    throw new Error(
      `${positionals.join(' ')} are ${positionals.length} examples. Allowed: one. Fix: start them one by one.`,
    );
  }
  const baseUrl = values['model-endpoint'];
  if (baseUrl === undefined) {
    const alone = (['model-name', 'model-key-variable'] as const).find((name) => values[name] !== undefined);
    if (alone !== undefined)
      throw new Error(`--${alone} is of no use without an endpoint. Fix: add --model-endpoint URL.`);
  } else if (!/^https?:\/\//.test(baseUrl)) {
    throw new Error(
      `--model-endpoint is '${baseUrl}'. Allowed: the base URL of a Responses API, as http://127.0.0.1:11434/v1. Fix: give the whole URL.`,
    );
  }
  return {
    help: values.help,
    example: positionals[0],
    modelEndpoint:
      baseUrl === undefined
        ? undefined
        : { baseUrl, model: values['model-name'], keyVariable: values['model-key-variable'] },
  };
}
