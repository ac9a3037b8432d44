import { createRequire } from 'node:module';
import * as path from 'node:path';

/** Rust target triple by Node platform and architecture: names both the platform package and the folder in it. */
const TARGETS: Readonly<Record<string, string>> = {
  'linux-x64': 'x86_64-unknown-linux-musl',
  'linux-arm64': 'aarch64-unknown-linux-musl',
  'darwin-x64': 'x86_64-apple-darwin',
  'darwin-arm64': 'aarch64-apple-darwin',
};

/**
 * Path of the native Codex binary that the npm package `@openai/codex` contains.
 *
 * The package's own `codex` command is a Node program that stays as a parent process on Node 20: one more process to
 * stop, and 40 MB. The binary is started directly.
 *
 * @param from a file or directory from which `@openai/codex` can be resolved.
 * @throws Error when the package is not installed for this platform.
 */
export function locateCodexBinary(from: string): string {
  const platform = `${process.platform}-${process.arch}`;
  const target = TARGETS[platform];
  if (target === undefined) throw new Error(`@openai/codex has no binary for ${platform}`);
  const main = createRequire(path.join(from, 'resolve.js')).resolve('@openai/codex/package.json');
  const native = createRequire(main).resolve(`@openai/codex-${platform}/package.json`);
  return path.join(path.dirname(native), 'vendor', target, 'bin', 'codex');
}
