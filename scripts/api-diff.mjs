// Compares the public API with that of the last release: the last tag v… before this commit. A change that breaks users of
// stable or deprecated members fails; one of experimental members is printed. Needs `npm run build`.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const { name } = JSON.parse(readFileSync('package.json', 'utf8'));
// Not a tag of this commit itself: a release is published after this has run.
const arguments_ = ['tag', '--merged', 'HEAD', '--no-contains', 'HEAD', '--sort=-v:refname', '--list', 'v[0-9]*'];
const [tag] = execFileSync('git', arguments_, { encoding: 'utf8' }).split('\n').filter(Boolean);
if (!tag) {
  console.log('There is no release to compare the API with: no earlier tag v….');
} else {
  execFileSync('npm', ['ci', '--prefix', 'scripts/publish', '--ignore-scripts', '--no-audit', '--no-fund'], {
    stdio: 'inherit',
  });
  const program = 'scripts/publish/node_modules/.bin/jsii-diff';
  execFileSync(program, [`npm:${name}@${tag.slice(1)}`, '.', '--error-on', 'prod'], { stdio: 'inherit' });
}
