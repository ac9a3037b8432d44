// Writes the bill of materials of the image as CycloneDX 1.5 JSON: Debian packages, npm packages, Node.
// Runs at the end of the image build: node sbom.mjs <installed node_modules> > sbom.cdx.json
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

const debian = execFileSync('dpkg-query', ['-W', '-f', '${Package}\t${Version}\t${Architecture}\n'], {
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .map((line) => line.split('\t'))
  .map(([name, version, arch]) => ({
    type: 'library',
    name,
    version,
    purl: `pkg:deb/debian/${name}@${encodeURIComponent(version)}?arch=${arch}`,
  }));

// npm writes this list after it has checked every integrity hash; packages of other platforms are not in it.
const installed = JSON.parse(readFileSync(path.join(process.argv[2], '.package-lock.json'), 'utf8')).packages;
const npm = Object.entries(installed).map(([location, { name, version, integrity }]) => {
  const packageName = name ?? location.replace(/^.*node_modules\//, '');
  const hash = integrity?.startsWith('sha512-')
    ? [{ alg: 'SHA-512', content: Buffer.from(integrity.slice(7), 'base64').toString('hex') }]
    : [];
  const purl = `pkg:npm/${encodeURIComponent(packageName).replace('%2F', '/')}@${version}`;
  return { type: 'library', name: packageName, version, purl, hashes: hash };
});

const node = {
  type: 'platform',
  name: 'node',
  version: process.versions.node,
  purl: `pkg:generic/node@${process.versions.node}`,
};

process.stdout.write(
  `${JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, components: [node, ...npm, ...debian] }, null, 1)}\n`,
);
