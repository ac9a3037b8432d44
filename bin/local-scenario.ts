import * as fs from 'node:fs';
import * as path from 'node:path';
import { parse } from 'yaml';
import { readScript, type Script } from '../local';
import type { CloudEvent, LocalCloud } from '../local/cloud';
import type { LocalTurn } from './scenario-run';

/**
 * The local run of an example. `examples/<name>/local-scenario.ts` exports one as `scenario`; its files are in the same
 * directory, its events in `events/`.
 */
export interface LocalScenario {
  /** The purpose of the run, in one line. */
  readonly title: string;
  /** Names of the stacks that are deployed locally: those of the example, including its network. */
  readonly stacks: readonly string[];
  /** The script that replaces the model, for example `local-scenario.yaml` (docs/local-service.md, Scripts). */
  readonly script: string;
  /** The events, delivered one after the other, each after the previous one was fully processed. */
  readonly events: readonly ScenarioEvent[];
  /**
   * Starts local servers for the services that the example calls; register them with `cloud.endpoint` and
   * `cloud.onClose`.
   */
  standIns?(cloud: LocalCloud): Promise<void> | void;
  /** The lines that are printed at the end: the published review or report. */
  show?(result: ScenarioResult): Promise<readonly string[]> | readonly string[];
}

/** A file in `events/` for the default bus, the same for a bus of the stacks, or a schedule of the stacks. */
export type ScenarioEvent =
  string | { readonly event: string; readonly bus: string } | { readonly schedule: string; readonly time?: string };

export interface ScenarioResult {
  readonly cloud: LocalCloud;
  readonly turns: readonly LocalTurn[];
}

/** One event of a scenario. */
export type Delivered =
  | { readonly label: string; readonly event: CloudEvent; readonly bus?: string }
  | { readonly label: string; readonly schedule: string; readonly time?: string };

/** A scenario with its loaded files. */
export interface LoadedScenario {
  readonly example: string;
  readonly scenario: LocalScenario;
  readonly script: Script;
  readonly events: readonly Delivered[];
}

const SCENARIO = 'local-scenario.ts';

/** Names of the examples that have a local scenario. */
export function examplesWithScenario(examples: string): string[] {
  return fs
    .readdirSync(examples)
    .filter((name) => fs.existsSync(path.join(examples, name, SCENARIO)))
    .sort();
}

/**
 * Loads the scenario of an example.
 *
 * @throws Error that names the file, the problem, and the allowed values
 */
export function loadScenario(examples: string, example: string): LoadedScenario {
  const known = examplesWithScenario(examples);
  if (!known.includes(example)) {
    throw new Error(`There is no example '${example}' to run here. Allowed: ${known.join(', ')}.`);
  }
  const directory = path.join(examples, example);
  const file = path.join(directory, SCENARIO);
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- which file is known at run time only
  const { scenario } = require(file) as { scenario?: LocalScenario };
  const wrong = (what: string, fix: string): never => {
    throw new Error(`${file}: ${what}. Fix: ${fix}.`);
  };
  if (typeof scenario !== 'object') wrong('it exports no scenario', "add 'export const scenario: LocalScenario = …'");
  const { stacks, script, events } = scenario!;
  if (!isTexts(stacks)) wrong('stacks is not a list of names', 'name the stacks of the example');
  if (typeof script !== 'string') wrong('script is missing', "name the script, for example 'local-scenario.yaml'");
  if (((events as readonly unknown[] | undefined)?.length ?? 0) === 0)
    wrong('events is empty', 'name at least one event');
  return {
    example,
    scenario: scenario!,
    script: scriptOf(path.join(directory, script)),
    events: events.map((event) => delivered(path.join(directory, 'events'), event)),
  };
}

function scriptOf(file: string): Script {
  try {
    return readScript(parse(fs.readFileSync(file, 'utf8')));
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

function delivered(directory: string, wanted: ScenarioEvent): Delivered {
  if (typeof wanted !== 'string' && 'schedule' in wanted) return { label: `schedule ${wanted.schedule}`, ...wanted };
  const { event: name, bus } = typeof wanted === 'string' ? { event: wanted, bus: undefined } : wanted;
  const file = path.join(directory, name);
  let event: unknown;
  try {
    event = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
  const missing = ['source', 'detail-type', 'time', 'resources', 'detail'].find(
    (member) => !(member in (event as object)),
  );
  if (missing !== undefined) {
    throw new Error(`${file}: ${missing} is missing. Allowed: an event as EventBridge delivers it. Fix: add it.`);
  }
  return { label: name, event: event as CloudEvent, bus };
}

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((entry) => typeof entry === 'string');
