// The library in the other languages of jsii: jsii-pacmak generates each package from the built library. In each one the
// pack is a subclass of the NagPack of cdk-nag. Python compiles its package, and the packages of the Go module don't import
// each other in a circle, which Go refuses. `npm run package` compiles all of them and needs the tools of the languages.
// Needs `npm run build` and python3.
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const work = mkdtempSync(path.join(tmpdir(), 'test-languages-'));
const generated = (pattern) => {
  const files = globSync(pattern, { cwd: path.join(work, 'dist') });
  if (files.length === 0) throw new Error(`jsii-pacmak has not generated ${pattern}`);
  return files.map((file) => path.join(work, 'dist', file));
};
const expectPack = (language, pattern, declaration) => {
  const text = readFileSync(generated(pattern)[0], 'utf8');
  if (!declaration.test(text)) throw new Error(`ManagedAgentChecks isn't a NagPack of cdk-nag in ${language}`);
};

try {
  // A copy without the development files: pacmak packs the directory it is given.
  for (const name of ['package.json', '.jsii', 'build', 'README.md', 'LICENSE']) {
    cpSync(name, path.join(work, name), { recursive: true });
  }
  symlinkSync(path.resolve('node_modules'), path.join(work, 'node_modules'));
  const targets = ['python', 'java', 'dotnet', 'go'];
  execFileSync('npx', ['jsii-pacmak', '--code-only', '--targets', ...targets, '--outdir', path.join(work, 'dist')], {
    cwd: work,
    stdio: ['ignore', 'ignore', 'inherit'],
  });

  const modules = generated('python/src/cdk_bedrock_managed_agents/**/__init__.py');
  execFileSync('python3', ['-m', 'py_compile', ...modules], { stdio: 'inherit' });
  expectPack(
    'Python',
    'python/src/cdk_bedrock_managed_agents/__init__.py',
    /class ManagedAgentChecks\(\s*_cdk_nag_\w+\.NagPack/,
  );
  expectPack(
    'Java',
    'java/**/ManagedAgentChecks.java',
    /class ManagedAgentChecks extends io\.github\.cdklabs\.cdknag\.NagPack/,
  );
  expectPack('.NET', 'dotnet/**/ManagedAgentChecks.cs', /class ManagedAgentChecks : Cdklabs\.CdkNag\.NagPack/);
  expectPack('Go', 'go/**/ManagedAgentChecks.go', /type ManagedAgentChecks interface \{\s+\w*cdknag\w*\.NagPack/);
  expectNoCircle(generated('go/**/*.go'));
  console.log('Python, Java, .NET and Go packages are generated; the Python package compiles.');
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** A Go package is a directory; its files import others of the module by their path below the module's name. */
function expectNoCircle(files) {
  const { moduleName, packageName } = JSON.parse(readFileSync('package.json', 'utf8')).jsii.targets.go;
  const base = `${moduleName}/${packageName}`;
  const root = path.join(work, 'dist/go', packageName);
  const imports = new Map();
  for (const file of files) {
    const importer = path.relative(root, path.dirname(file));
    const found = readFileSync(file, 'utf8').matchAll(new RegExp(`"${base.replaceAll('.', '\\.')}(/[^"]*)?"`, 'g'));
    imports.set(
      importer,
      new Set([...(imports.get(importer) ?? []), ...[...found].map(([, to]) => (to ?? '').slice(1))]),
    );
  }
  const visit = (name, above) => {
    if (above.includes(name))
      throw new Error(`packages of the Go module import each other: ${[...above, name].join(' → ')}`);
    for (const next of imports.get(name) ?? []) visit(next, [...above, name]);
  };
  for (const name of imports.keys()) visit(name, []);
}
