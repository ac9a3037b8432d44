// Files that docs/architecture.md names must exist. The table about what was tried on branches that were thrown away names
// files that don't.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const PAGE = 'docs/architecture.md';
const QUESTIONS = '## Where each question about templates is answered';
const CHANGES = '## Where to make which change';
const TRIED = 'Each was tried on a branch';

/** A sentence for each name of a file or folder that doesn't exist. */
export function missingFiles() {
  const text = readFileSync(PAGE, 'utf8');
  const [before, rest] = text.split(QUESTIONS);
  const [questions, after] = rest.split(CHANGES);
  const [changes] = after.split(TRIED);
  return [...named(before), ...named(changes), ...questions.split('\n').filter(isQuestion).flatMap(filesOfQuestion)]
    .filter((name) => !existsSync(name))
    .map((name) => `${PAGE} names ${name}, which doesn't exist. Fix: name the file that has taken its place.`);
}

/** Names of files and folders, from the root of the repository. */
const named = (text) =>
  [...text.matchAll(/`((?:analysis|bin|docs|examples|lib|local|runtime|scripts|test)\/[\w./-]*)`/g)].map(
    ([, name]) => name,
  );

const isQuestion = (row) => /^\| W/.test(row);

/** In the table of questions, names are in analysis/, and one without a folder is in that of the name before it. */
function filesOfQuestion(row) {
  let folder = '';
  return [...(row.split('|')[2] ?? '').matchAll(/`([\w./-]+)`/g)].map(([, name]) => {
    if (name.includes('/')) folder = path.dirname(`${name}.`);
    return path.join('analysis', name.includes('/') ? name : path.join(folder, name));
  });
}
