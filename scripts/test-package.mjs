// What a user of the published package gets: packs it, installs the tarball into an empty project at the lowest
// supported versions of its peers, compiles strict TypeScript against it and synthesizes, with neither a container
// engine nor esbuild in the project, with every Node.js on the PATH.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brokenPackedLinks } from './markdown-links.mjs';

const FLOOR = { 'aws-cdk-lib': '2.271.0', constructs: '10.5.1', 'cdk-nag': '3.0.2' };
const MAX_TARBALL_BYTES = 5 * 1024 * 1024;

const root = process.cwd();
const work = mkdtempSync(path.join(tmpdir(), 'consumer-'));
const run = (command, args) =>
  execFileSync(command, args, { cwd: work, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
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
  run('npx', ['tsc', '-p', '.']);
  check(true, `it and every example compile against aws-cdk-lib ${FLOOR['aws-cdk-lib']} in strict mode`);
  for (const [version, node] of nodes) {
    for (const program of ['app.js', 'all-examples.js']) {
      // An empty PATH: neither docker nor any other program can be called during synth.
      execFileSync(node, [program], { cwd: work, stdio: 'inherit', env: { PATH: '/nonexistent', HOME: work } });
    }
    check(true, `it and every example synthesize with Node ${version}`);
  }
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
} finally {
  rmSync(work, { recursive: true, force: true });
}
