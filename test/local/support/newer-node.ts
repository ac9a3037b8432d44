/** A Node.js of at least version 22 for clients that ask for it. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const PROJECT = path.resolve(__dirname, '../../../scripts/node');

/** This Node.js if it is new enough; otherwise the one that CI uses, which is installed from its lock file on first use. */
export function nodeForNewerClients(): string {
  if (Number(process.versions.node.split('.')[0]) >= 22) {
    return process.execPath;
  }
  const node = path.join(PROJECT, 'node_modules/.bin/node');
  if (!existsSync(node)) {
    execFileSync('npm', ['ci', '--prefix', PROJECT, '--no-audit', '--no-fund', '--ignore-scripts'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  return node;
}
