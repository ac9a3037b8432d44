/** Where the native Codex binary is: given, named by CODEX_BINARY, or that of the installed npm package. */
import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const TRIPLES: Readonly<Record<string, string>> = {
  'linux-x64': 'x86_64-unknown-linux-musl',
  'linux-arm64': 'aarch64-unknown-linux-musl',
  'darwin-x64': 'x86_64-apple-darwin',
  'darwin-arm64': 'aarch64-apple-darwin',
};

const HINT = 'install @openai/codex next to this package, or set CODEX_BINARY (option codexBinary, flag --codex)';

function executable(file: string, source: string): string {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    throw new Error(`${source} is not an executable file: ${HINT}`);
  }
  return file;
}

function installed(from: string): string | undefined {
  const platform = `${process.platform}-${process.arch}`;
  const triple = TRIPLES[platform];
  if (triple === undefined) return undefined;
  try {
    const main = createRequire(path.join(from, 'x.js')).resolve('@openai/codex/package.json');
    const native = createRequire(main).resolve(`@openai/codex-${platform}/package.json`);
    return path.join(path.dirname(native), 'vendor', triple, 'bin', 'codex');
  } catch {
    return undefined;
  }
}

/** @throws Error saying how to get one */
export function findCodexBinary(given?: string, environment: NodeJS.ProcessEnv = process.env): string {
  if (given !== undefined) return executable(given, 'The given Codex binary');
  if (environment.CODEX_BINARY) return executable(environment.CODEX_BINARY, 'CODEX_BINARY');
  const found = installed(__dirname) ?? installed(process.cwd());
  if (found === undefined) throw new Error(`The Codex binary was not found: ${HINT}`);
  return executable(found, 'The binary of @openai/codex');
}
