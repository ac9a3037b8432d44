/** A Node.js of at least version 22 for clients that ask for it, from the npm package of this platform. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';

const VERSION = '24.21.0';

/**
 * This Node.js if it is new enough; otherwise one that is installed below node_modules/.cache on first use. It is no
 * devDependency: it would put its own `node` before this one in every npm script and keep other platforms from installing.
 */
export function nodeForNewerClients(): string {
  if (Number(process.versions.node.split('.')[0]) >= 22) {
    return process.execPath;
  }
  const name = `node-${process.platform}-${process.arch}`;
  const cache = path.resolve(__dirname, '../../../node_modules/.cache/newer-node');
  const node = path.join(cache, 'node_modules', name, 'bin', 'node');
  if (!existsSync(node)) {
    mkdirSync(cache, { recursive: true });
    const install = ['install', '--prefix', cache, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts'];
    execFileSync('npm', [...install, `${name}@${VERSION}`], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return node;
}
