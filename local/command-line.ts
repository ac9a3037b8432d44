/** Flags of `bma-local`, as options of the service. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
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
  --help                   this text
`;

export interface CommandLine {
  readonly options: LocalServiceOptions;
  readonly help: boolean;
}

function number(name: string, value: string | undefined, max = Number.MAX_SAFE_INTEGER): number | undefined {
  if (value === undefined) return undefined;
  const parsed = Number(value);
  if (value.trim() === '' || !Number.isFinite(parsed) || parsed < 0 || parsed > max) {
    throw new UsageError(`--${name} must be a number from 0 to ${max}, not "${value}"`);
  }
  return parsed;
}

function pairs(name: string, values: string[] | undefined): Record<string, string> {
  return Object.fromEntries(
    (values ?? []).map((value) => {
      const at = value.indexOf('=');
      if (at <= 0) throw new UsageError(`--${name} must be NAME=VALUE, not "${value}"`);
      return [value.slice(0, at), value.slice(at + 1)];
    }),
  );
}

function rates(values: string[] | undefined): Partial<Record<FaultKind, number>> {
  return Object.fromEntries(
    Object.entries(pairs('fault', values)).map(([kind, rate]) => {
      if (!isFaultKind(kind))
        throw new UsageError(`--fault ${kind}: unknown; known are ${Object.keys(FAULT_KINDS).join(', ')}`);
      return [kind, number(`fault ${kind}`, rate, 1)];
    }),
  );
}

function fileText(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new UsageError(`--${name}: ${file} cannot be read`);
  }
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
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** @throws UsageError naming the flag; ScriptError naming the position in the script */
export function readCommandLine(argv: string[]): CommandLine {
  const flags = parse(argv);
  if (flags.script !== undefined && flags['model-endpoint'] !== undefined) {
    throw new UsageError('--script and --model-endpoint exclude each other: one of them decides');
  }
  if (flags.account !== undefined && !/^\d{12}$/.test(flags.account))
    throw new UsageError('--account must be 12 digits');
  const idleSeconds = number('idle-timeout', flags['idle-timeout']);
  const endpoint = flags['model-endpoint'];
  return {
    help: flags.help ?? false,
    options: {
      port: number('port', flags.port, 65535) ?? 8099,
      region: flags.region,
      accountId: flags.account,
      template: flags.template,
      caller: flags.caller,
      script: flags.script === undefined ? undefined : parseScript(fileText('script', flags.script)),
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
        seed: number('seed', flags.seed),
        retryAfterSeconds: number('retry-after', flags['retry-after']),
        slowExecServerMs: number('slow-exec-server', flags['slow-exec-server']),
        previewDisabled: flags['preview-disabled'],
      },
      log: flags.verbose === true ? (line) => void process.stderr.write(`${line}\n`) : undefined,
    },
  };
}
