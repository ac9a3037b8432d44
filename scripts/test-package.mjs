// What a user of the published package gets: packs it, installs the tarball into an empty project at the lowest
// supported versions of its peers, compiles strict TypeScript against it (CommonJS and ECMAScript modules, the examples, and
// every snippet of the documentation) and synthesizes with the checks on, with neither a container engine nor esbuild in the
// project, with every Node.js on the PATH. A second project is installed by pnpm, where a package finds only what it declares.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeSnippets } from './doc-snippets.mjs';
import { brokenPackedLinks } from './markdown-links.mjs';

const FLOOR = { 'aws-cdk-lib': '2.271.0', constructs: '10.5.1', 'cdk-nag': '3.0.2' };
const PNPM = 'pnpm@10.34.9';
const MAX_TARBALL_BYTES = 5 * 1024 * 1024;

const root = process.cwd();
const work = mkdtempSync(path.join(tmpdir(), 'consumer-'));
const run = (command, args, cwd = work) =>
  execFileSync(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
/** The Node.js programs on the PATH, one per version. */
const nodes = new Map(
  process.env.PATH.split(path.delimiter)
    .map((directory) => path.join(directory, 'node'))
    .filter((file) => existsSync(file))
    .map((file) => [execFileSync(file, ['--version'], { encoding: 'utf8' }).trim(), file]),
);
const check = (holds, message) => {
  if (!holds) throw new Error(message);
  console.log(`  ok  ${message}`);
};

try {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work], {
      cwd: root,
      encoding: 'utf8',
    }),
  );
  const tarball = path.join(work, packed.filename);
  const files = packed.files.map((file) => file.path);
  check(
    statSync(tarball).size <= MAX_TARBALL_BYTES,
    `the tarball has ${files.length} files and ${(statSync(tarball).size / 1e6).toFixed(2)} MB, at most 5 MB`,
  );
  check(
    !files.some((file) => /(^|\/)(test|examples|node_modules)\//.test(file)),
    'it holds no tests, examples or dependencies',
  );
  check(
    files.includes('assets/THIRD-PARTY-NOTICES.txt') && files.includes('assets/sbom.cdx.json'),
    'it holds the notices and the bill of materials of the packages that are bundled into it',
  );
  const broken = brokenPackedLinks(files);
  check(broken.length === 0, ['every link of its Markdown files resolves', ...broken].join('\n'));
  check(files.includes('.jsii') && files.includes('build/index.d.ts'), 'it holds the jsii assembly and the types');

  cpSync(path.join(root, 'test', 'consumer', 'project'), work, { recursive: true });
  cpSync(path.join(root, 'examples'), path.join(work, 'examples'), { recursive: true });
  const peers = Object.entries(FLOOR).map(([name, version]) => `${name}@${version}`);
  run('npm', [
    'install',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    tarball,
    ...peers,
    'typescript@7.0.2',
    '@types/node@20',
  ]);
  check(!existsSync(path.join(work, 'node_modules', 'esbuild')), 'installing it brings no esbuild');
  const snippets = writeSnippets(root, work);
  run('npx', ['tsc', '-p', '.']);
  check(
    true,
    `it, every example and ${snippets.length} snippets compile against aws-cdk-lib ${FLOOR['aws-cdk-lib']} in strict mode`,
  );
  const refused = exactOptionalErrors();
  check(
    refused.length === 0,
    `so they do with exactOptionalPropertyTypes${refused.map((line) => `\n  ${line}`).join('')}`,
  );

  const temporary = path.join(work, 'tmp');
  mkdirSync(temporary);
  // The feature flags of `cdk init`.
  const flags = readFileSync(path.join(work, 'node_modules', 'aws-cdk-lib', 'recommended-feature-flags.json'), 'utf8');
  const synthesize = (node, program, cwd = work, more = {}) => {
    // An empty PATH: neither docker nor any other program can be called during synth.
    const env = { PATH: '/nonexistent', HOME: work, TMPDIR: temporary, ...more };
    execFileSync(node, [program], { cwd, stdio: ['ignore', 'ignore', 'inherit'], env });
  };
  for (const [version, node] of nodes) {
    for (const program of ['app.js', 'operations.mjs', 'all-examples.js']) synthesize(node, program);
    check(true, `it and every example synthesize with Node ${version}`);
  }
  for (const [version, node] of nodes) {
    for (const program of ['loading.js', 'loading-module.mjs']) synthesize(node, program);
    check(true, `each name loads what it needs, by require and import, with Node ${version}`);
  }
  synthesize(process.execPath, 'all-snippets.js', work, { CDK_CONTEXT_JSON: flags });
  check(true, 'every snippet of README.md and docs/ synthesizes without a finding, with the feature flags of cdk init');
  const template = JSON.parse(readFileSync(path.join(work, 'cdk.out', 'Consumer.template.json'), 'utf8'));
  const types = Object.values(template.Resources).map(({ Type }) => Type);
  check(
    types.includes('AWS::BedrockAgentCore::Runtime'),
    `it synthesizes without a container engine: ${types.length} resources`,
  );
  const examples = path.join(work, 'cdk.out', 'examples');
  const stacks = readdirSync(examples).flatMap((name) => {
    const { artifacts } = JSON.parse(readFileSync(path.join(examples, name, 'manifest.json'), 'utf8'));
    return Object.values(artifacts).filter(({ type }) => type === 'aws:cloudformation:stack');
  });
  check(stacks.length > 0, `so do the examples: ${stacks.length} stacks`);

  const strict = path.join(work, 'pnpm');
  mkdirSync(strict);
  for (const name of ['app.ts', 'operations.mts']) cpSync(path.join(work, name), path.join(strict, name));
  const { compilerOptions } = JSON.parse(readFileSync(path.join(work, 'tsconfig.json'), 'utf8'));
  writeFileSync(path.join(strict, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  const dependencies = {
    ...FLOOR,
    'cdk-bedrock-managed-agents': `file:${tarball}`,
    typescript: '7.0.2',
    '@types/node': '20.19.43',
  };
  writeFileSync(path.join(strict, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const store = path.join(work, 'store');
  run(
    'npx',
    ['--yes', PNPM, 'install', '--silent', '--ignore-scripts', '--ignore-workspace', '--store-dir', store],
    strict,
  );
  run(path.join(strict, 'node_modules', '.bin', 'tsc'), ['-p', '.'], strict);
  for (const program of ['app.js', 'operations.mjs']) synthesize(process.execPath, program, strict);
  check(true, `installed by ${PNPM}, it compiles and synthesizes, too`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

/**
 * What TypeScript refuses with exactOptionalPropertyTypes, except what no library can change: aws-cdk-lib doesn't compile
 * with it, and some of its classes (Bucket, Secret, Vpc) don't fit their own interfaces.
 */
function exactOptionalErrors() {
  const own = new Set(Object.keys(createRequire(path.join(work, 'package.json'))('cdk-bedrock-managed-agents')));
  let output = '';
  try {
    run('npx', ['tsc', '-p', 'tsconfig.exact.json']);
  } catch (error) {
    output = error.stdout;
  }
  return output.split('\n').filter((line) => {
    const [, misfit] =
      /'(\w+)' is not assignable to (?:parameter of )?type 'I\1' with 'exactOptionalPropertyTypes/.exec(line) ?? [];
    return /^\S/.test(line) && !/^node_modules\/(aws-cdk-lib|constructs)\//.test(line) && (!misfit || own.has(misfit));
  });
}
