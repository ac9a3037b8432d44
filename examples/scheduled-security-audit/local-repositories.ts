/** The repositories of the local run, made on this machine with git. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';

const PAYMENTS = `const { readFileSync } = require('node:fs');
const { join } = require('node:path');

exports.order = (db, id) => db.query('select * from orders where id = ' + id);
exports.receipt = (root, name) => readFileSync(join(root, name));
`;

/** The first repaired; the second moved by a line. */
const PAYMENTS_REPAIRED = PAYMENTS.replace("id = ' + id)", "id = $1', [id])").replace(
  'exports.order',
  '// Orders and receipts.\nexports.order',
);

const SHOP = `export const greet = (element, name) => { element.textContent = 'Hello ' + name; };\n`;

const BILLING = `<?php
echo 'Invoice of ' . htmlspecialchars($_GET['customer']);
$hash = md5($_POST['password']);
`;

export class LocalRepositories {
  constructor(private readonly directory: string) {
    this.commit('payments-service', 'orders.js', PAYMENTS);
    this.commit('web-shop', 'greet.js', SHOP);
    this.commit('legacy-billing', 'invoice.php', BILLING);
  }

  public path(name: string): string {
    return path.join(this.directory, name);
  }

  /** One of the two defects of payments-service is repaired. */
  public repair(): void {
    this.commit('payments-service', 'orders.js', PAYMENTS_REPAIRED);
  }

  public bundle(name: string): Buffer {
    const file = path.join(this.directory, `${name}.bundle`);
    this.git(name, 'bundle', 'create', '--quiet', file, 'HEAD', 'main');
    return readFileSync(file);
  }

  private commit(name: string, file: string, content: string): void {
    mkdirSync(this.path(name), { recursive: true });
    this.git(name, 'init', '--quiet', '--initial-branch', 'main');
    writeFileSync(path.join(this.path(name), file), content);
    this.git(name, 'add', '.');
    this.git(name, 'commit', '--quiet', '--message', `Change ${file}`);
  }

  private git(name: string, ...args: string[]): void {
    const as = ['-c', 'user.name=Local run', '-c', 'user.email=local@example.com'];
    execFileSync('git', [...as, ...args], { cwd: this.path(name), stdio: 'pipe' });
  }
}
