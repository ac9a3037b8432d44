/** Flags of `bma-local`, as options of the service. */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readText } from '../analysis/files/read-text';
import { version } from '../package.json';
import { findCodexBinary } from './compute/codex-binary';
import { FAULT_KINDS, type FaultKind, isFaultKind } from './faults/faults';
import type { LocalServiceOptions } from './options';
import { parseScript } from './script/parse-script';

/** A flag with an invalid value. */
export class UsageError extends Error {
  public constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

export const USAGE = `bma-local [flags]   a local Managed Agents service on 127.0.0.1

  --port N                 port to listen on (default 8099; 0 takes a free one)
  --region NAME            Region requests must be signed for (default us-east-1)
  --account ID             account of the local service (default 111122223333)
  --script FILE            what the agent does (YAML or JSON, see docs/local-service.md)
  --model-endpoint URL     let the real Codex harness decide, with a model behind this OpenAI-compatible base URL
  --model-key-variable V   environment variable that holds the endpoint's key
  --model-name NAME        model name sent to the endpoint (default: the session's model)
  --template PATH          authorise calls against this template or cdk.out directory
  --caller ROLE            role the printed credentials belong to (logical id, name or ARN; needed with --template)
  --message TEXT           run one turn of an agent of the cdk.out directory with this message, print it, and end
  --agent NAME             the agent that gets the message (default: the only one)
  --model ID               a model sessions may use (repeatable; default: those of the library)
  --image-path IN=HERE     a directory of the image, and where it is on this machine (repeatable)
  --container-env N=VALUE  an environment variable of the container (repeatable)
  --codex PATH             the Codex binary (default CODEX_BINARY, then the installed @openai/codex)
  --data-dir DIR           keep sessions and workspaces here (default: memory and a temporary directory)
  --idle-timeout SECONDS   stop compute after this long without a turn (default: never)
  --fault KIND=RATE        make this go wrong with this probability (repeatable); kinds:
${Object.entries(FAULT_KINDS)
  .map(([kind, what]) => `                             ${kind.padEnd(18)} ${what}`)
  .join('\n')}
  --seed N                 seed of the faults (default 1)
  --retry-after SECONDS    sent with 429 and 503
  --slow-exec-server MS    delay before every request to the exec server
  --preview-disabled       answer everything with 401, as an account without preview access gets
  --verbose                one line per request and lifecycle event on standard error
  --version                the version of this program
  --help                   this text

Exit codes:
   0  ended by Ctrl+C or SIGTERM
   1  this machine refuses the port, or the turn of --message did not complete
   2  wrong usage, or an unreadable script, template or data directory
`;

export interface CommandLine {
  readonly options: LocalServiceOptions;
  /** Printed instead of a start of the service. */
  readonly text?: string;
  /** Instead of serving: one turn with this message. */
  readonly message?: { readonly text: string; readonly agent?: string };
}

function number(name: string, value: string | undefined, max = Number.MAX_SAFE_INTEGER): number | undefined {
  if (value === undefined) return undefined;
  const parsed = Number(value);
  if (value.trim() === '' || !Number.isFinite(parsed) || parsed < 0 || parsed > max) {
    throw new UsageError(`--${name} must be a number from 0 to ${max}, not "${value}". Fix: correct it.`);
  }
  return parsed;
}

function wholeNumber(name: string, value: string | undefined, max?: number): number | undefined {
  const parsed = number(name, value, max);
  if (parsed !== undefined && !Number.isInteger(parsed)) {
    throw new UsageError(`--${name} must be a whole number, not "${value}". Fix: correct it.`);
  }
  return parsed;
}

function pairs(name: string, values: string[] | undefined): Record<string, string> {
  return Object.fromEntries(
    (values ?? []).map((value) => {
      const at = value.indexOf('=');
      if (at <= 0) throw new UsageError(`--${name} must be NAME=VALUE, not "${value}". Fix: correct it.`);
      return [value.slice(0, at), value.slice(at + 1)];
    }),
  );
}

function rates(values: string[] | undefined): Partial<Record<FaultKind, number>> {
  return Object.fromEntries(
    Object.entries(pairs('fault', values)).map(([kind, rate]) => {
      if (!isFaultKind(kind))
        throw new UsageError(
          `--fault ${kind}: unknown; known are ${Object.keys(FAULT_KINDS).join(', ')}. Fix: name one of them.`,
        );
      return [kind, number(`fault ${kind}`, rate, 1)];
    }),
  );
}

/** A script is far smaller. */
const MOST_SCRIPT_BYTES = 5 * 1024 * 1024;

function scriptText(file: string): string {
  try {
    return readText(file, MOST_SCRIPT_BYTES);
  } catch (error) {
    throw new UsageError(
      `--script: ${file} can't be read: ${(error as Error).message}. Fix: give a file with a script (docs/local-service.md).`,
    );
  }
}

/** The format of Region names. */
const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/;

/** Flags that do nothing without another one. */
const NEEDS = {
  caller: 'template',
  message: 'template',
  agent: 'message',
  'model-name': 'model-endpoint',
  'model-key-variable': 'model-endpoint',
  seed: 'fault',
} as const;

/** @throws UsageError for a flag that is empty, as from an unset shell variable, or that would be ignored */
function requireMeaning(flags: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(flags)) {
    if ([value].flat().includes('')) throw new UsageError(`--${name} is empty. Fix: give a value, or leave it out.`);
  }
  for (const [name, other] of Object.entries(NEEDS)) {
    if (flags[name] !== undefined && flags[other] === undefined)
      throw new UsageError(`--${name} has no effect without --${other}. Fix: add --${other}, or leave it out.`);
  }
}

function requireValues({ region, account, ...flags }: ReturnType<typeof parse>): void {
  if (account !== undefined && !/^\d{12}$/.test(account))
    throw new UsageError(`--account must be 12 digits, not "${account}". Fix: correct it.`);
  if (region !== undefined && !REGION.test(region))
    throw new UsageError(`--region is "${region}", which isn't a Region. Fix: give one, such as us-east-1.`);
  const endpoint = flags['model-endpoint'];
  if (endpoint !== undefined && !(URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol)))
    throw new UsageError(`--model-endpoint is "${endpoint}". Fix: give a URL, such as http://127.0.0.1:11434/v1.`);
  const missing = Object.values(pairs('image-path', flags['image-path'])).find((place) => !existsSync(place));
  if (missing !== undefined)
    throw new UsageError(`--image-path: ${missing} doesn't exist on this machine. Fix: give a directory that does.`);
  if (flags.codex !== undefined) findCodexBinary(flags.codex);
}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: false,
      options: {
        port: { type: 'string' },
        region: { type: 'string' },
        account: { type: 'string' },
        script: { type: 'string' },
        'model-endpoint': { type: 'string' },
        'model-key-variable': { type: 'string' },
        'model-name': { type: 'string' },
        template: { type: 'string' },
        caller: { type: 'string' },
        message: { type: 'string' },
        agent: { type: 'string' },
        model: { type: 'string', multiple: true },
        'image-path': { type: 'string', multiple: true },
        'container-env': { type: 'string', multiple: true },
        codex: { type: 'string' },
        'data-dir': { type: 'string' },
        'idle-timeout': { type: 'string' },
        fault: { type: 'string', multiple: true },
        seed: { type: 'string' },
        'retry-after': { type: 'string' },
        'slow-exec-server': { type: 'string' },
        'preview-disabled': { type: 'boolean' },
        verbose: { type: 'boolean' },
        version: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.replace(/\.?$/, '.')} Fix: bma-local --help explains the flags.`);
  }
}

/** @throws UsageError naming the flag; ScriptError naming the position in the script */
export function readCommandLine(argv: string[]): CommandLine {
  const flags = parse(argv);
  if (flags.help) return { options: {}, text: USAGE };
  if (flags.version) return { options: {}, text: `${version}\n` };
  requireMeaning(flags);
  if (flags.script !== undefined && flags['model-endpoint'] !== undefined) {
    throw new UsageError('--script and --model-endpoint exclude each other. Fix: give one of them.');
  }
  requireValues(flags);
  if (flags.message !== undefined && flags.caller !== undefined) {
    throw new UsageError(
      '--caller has no effect with --message, whose calls are made by the roles of the template. Fix: leave it out.',
    );
  }
  const idleSeconds = number('idle-timeout', flags['idle-timeout']);
  const endpoint = flags['model-endpoint'];
  return {
    ...(flags.message === undefined ? {} : { message: { text: flags.message, agent: flags.agent } }),
    options: {
      // Nobody else calls the service of one turn.
      port: wholeNumber('port', flags.port, 65535) ?? (flags.message === undefined ? 8099 : 0),
      region: flags.region,
      accountId: flags.account,
      template: flags.template,
      caller: flags.caller,
      script: flags.script === undefined ? undefined : parseScript(scriptText(flags.script)),
      modelEndpoint:
        endpoint === undefined
          ? undefined
          : { baseUrl: endpoint, keyVariable: flags['model-key-variable'], model: flags['model-name'] },
      models: flags.model,
      imagePaths: pairs('image-path', flags['image-path']),
      containerEnvironment: pairs('container-env', flags['container-env']),
      codexBinary: flags.codex,
      dataDirectory: flags['data-dir'],
      idleTimeoutMs: idleSeconds === undefined ? undefined : idleSeconds * 1000,
      faults: {
        rates: rates(flags.fault),
        seed: wholeNumber('seed', flags.seed),
        retryAfterSeconds: number('retry-after', flags['retry-after']),
        slowExecServerMs: number('slow-exec-server', flags['slow-exec-server']),
        previewDisabled: flags['preview-disabled'],
      },
      log: flags.verbose === true ? (line) => void process.stderr.write(`${line}\n`) : undefined,
      onProblem: (problem) => void process.stderr.write(`bma-local: ${problem}\n`),
    },
  };
}
