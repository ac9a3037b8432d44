/** The path of the native Codex binary: a given path, CODEX_BINARY, or the installed npm package. */
import { accessSync, constants } from 'node:fs';
import { OptionError } from '../options';
import { locateCodexBinary } from '../../runtime/lifecycle/codex-binary';

const HINT = 'install @openai/codex next to this package, or set CODEX_BINARY (option codexBinary, flag --codex)';

function executable(file: string, source: string): string {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    throw new OptionError(`${source} is not an executable file: ${file}. Fix: ${HINT}.`);
  }
  return file;
}

function installed(from: string): string | undefined {
  try {
    return locateCodexBinary(from);
  } catch {
    return undefined;
  }
}

/** @throws Error with instructions for the installation */
export function findCodexBinary(given?: string): string {
  if (given !== undefined) return executable(given, 'The given Codex binary');
  const { CODEX_BINARY } = process.env;
  if (CODEX_BINARY) return executable(CODEX_BINARY, 'CODEX_BINARY');
  const found = installed(__dirname) ?? installed(process.cwd());
  if (found === undefined) throw new OptionError(`The Codex binary was not found. Fix: ${HINT}.`);
  return executable(found, 'The binary of @openai/codex');
}
