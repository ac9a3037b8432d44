// The library as a Python package: jsii-pacmak generates it from the built library, Python compiles it, and the pack is a
// subclass of the NagPack of cdk-nag there, too. Needs `npm run build` and python3.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const work = mkdtempSync(path.join(tmpdir(), 'test-python-'));
try {
  // A copy without the development files: pacmak packs the directory it is given.
  for (const name of ['package.json', '.jsii', 'build', 'README.md', 'LICENSE']) {
    cpSync(name, path.join(work, name), { recursive: true });
  }
  symlinkSync(path.resolve('node_modules'), path.join(work, 'node_modules'));
  execFileSync('npx', ['jsii-pacmak', '--code-only', '--targets', 'python', '--outdir', path.join(work, 'dist')], {
    cwd: work,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const module = path.join(work, 'dist/python/src/cdk_bedrock_managed_agents/__init__.py');
  execFileSync('python3', ['-m', 'py_compile', module], { stdio: 'inherit' });
  const pack = /class ManagedAgentChecks\(\s*([\w.]+)/.exec(readFileSync(module, 'utf8'));
  if (!/_cdk_nag_\w+\.NagPack/.test(pack?.[1] ?? '')) {
    throw new Error(`ManagedAgentChecks extends ${pack?.[1]} in Python`);
  }
  console.log('The Python package compiles.');
} finally {
  rmSync(work, { recursive: true, force: true });
}
