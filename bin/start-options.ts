/** Arguments of `npm start -- [example] [flags]`. */
import { parseArgs } from 'node:util';
import type { ModelEndpoint } from '../local/options';

export interface StartOptions {
  readonly example?: string;
  /** The real harness uses this model, instead of the script of the scenario. */
  readonly modelEndpoint?: ModelEndpoint;
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
    example: positionals[0],
    modelEndpoint:
      baseUrl === undefined
        ? undefined
        : { baseUrl, model: values['model-name'], keyVariable: values['model-key-variable'] },
  };
}
