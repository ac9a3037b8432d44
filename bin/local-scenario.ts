import * as fs from 'node:fs';
import { readScript, type Script } from '../local';
import { parse } from 'yaml';

/** What a local run of an example does: the message that starts the turn, and the script that stands in for the model. */
export interface LocalScenario {
  readonly message: string;
  readonly script: Script;
}

/**
 * Reads `examples/<name>/local-scenario.yaml`: a script of the local service with a `message` beside its rules.
 *
 * @throws Error that names the file when the message is missing or the script is wrong.
 */
export function readLocalScenario(file: string): LocalScenario {
  const { message, ...script } = parse(fs.readFileSync(file, 'utf8')) as { message?: unknown };
  if (typeof message !== 'string' || message.trim() === '') {
    throw new Error(`${file}: message is missing. Allowed: a text that starts the turn. Fix: add 'message: …'.`);
  }
  try {
    return { message: message.trim(), script: readScript(script) };
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
}
