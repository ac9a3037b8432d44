import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { copyIndex } from '../../../runtime/agent-tools/source/update-clone';

/* A file that is edited in the second in which the index was written has the size and the time that the index knows. */

const SECOND = new Date('2026-01-02T03:04:05Z');

let repository: string;
const git = (...parameters: string[]) => execFileSync('git', ['-C', repository, ...parameters], { encoding: 'utf8' });
const changedAfter = (index: string) =>
  execFileSync('git', ['-C', repository, 'diff', '--name-only'], {
    encoding: 'utf8',
    env: { ...process.env, GIT_INDEX_FILE: path.join(repository, '.git', index) },
  }).trim();

beforeEach(() => {
  repository = mkdtempSync(path.join(tmpdir(), 'copy-index-'));
  git('init', '--quiet');
  // Size and whole seconds only, as on file systems that keep no more.
  git('config', 'core.checkStat', 'minimal');
  git('config', 'core.trustctime', 'false');
  const file = path.join(repository, 'a.txt');
  writeFileSync(file, 'before');
  utimesSync(file, SECOND, SECOND);
  git('add', 'a.txt');
  utimesSync(path.join(repository, '.git', 'index'), SECOND, SECOND);
  writeFileSync(file, 'later!');
  utimesSync(file, SECOND, SECOND);
});
afterEach(() => rmSync(repository, { recursive: true, force: true }));

test('the copy of an index shows an edit of the same second, as the index itself does', async () => {
  expect(changedAfter('index')).toBe('a.txt');
  await copyIndex(path.join(repository, '.git', 'index'), path.join(repository, '.git', 'copy'));
  expect(changedAfter('copy')).toBe('a.txt');
});

test('a copy with a time of its own would hide it', () => {
  copyFileSync(path.join(repository, '.git', 'index'), path.join(repository, '.git', 'later'));
  expect(changedAfter('later')).toBe('');
});
