import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { runInProcess } from './run-in-process';
import { kebabCase } from '../../bin/bma/new-blueprint';

const SAMPLE = path.resolve(__dirname, '../../bin/bma/blueprint-sample');

let work: string;
beforeEach(() => (work = fs.mkdtempSync(path.join(os.tmpdir(), 'bma-new-'))));
afterEach(() => fs.rmSync(work, { recursive: true, force: true }));

const run = (...args: string[]) => runInProcess('new', ...args);

/** Files of a directory with their texts. */
const filesOf = (directory: string): Record<string, string> =>
  Object.fromEntries(
    fs.readdirSync(directory).map((file) => [file, fs.readFileSync(path.join(directory, file), 'utf8')]),
  );

test('the scaffold of SampleAgent is the committed sample, whose test runs with the others', async () => {
  expect(await run('blueprint', 'SampleAgent', '--directory', work)).toMatchObject({ exit: 0, error: '' });
  expect(filesOf(path.join(work, 'sample-agent'))).toEqual(filesOf(SAMPLE));
});

test('another name is another class in other files, and otherwise the same', async () => {
  const { out } = await run('blueprint', 'SBOMReporter', '--directory', path.join(work, 'lib'));
  const directory = path.join(work, 'lib', 'sbom-reporter');
  const renamed = Object.entries(filesOf(SAMPLE)).map(([file, text]) => [
    file.replace('sample-agent', 'sbom-reporter'),
    text.replaceAll('SampleAgent', 'SBOMReporter').replaceAll('sample-agent', 'sbom-reporter'),
  ]);

  expect(filesOf(directory)).toEqual(Object.fromEntries(renamed));
  expect(JSON.stringify(filesOf(directory))).not.toMatch(/SampleAgent|sample-agent|licence/i);
  expect(out).toContain(`npx jest --roots ${directory}\n`);
  expect(out).toContain('SBOMReporterStack');
});

test('an empty directory of that name is filled', async () => {
  fs.mkdirSync(path.join(work, 'night-watch'));
  expect(await run('blueprint', 'NightWatch', '--directory', work)).toMatchObject({ exit: 0 });
});

test.each<[string, () => void]>([
  ['a directory with a file of yours', () => fs.writeFileSync(path.join(dir(), 'mine.txt'), 'mine')],
  ['one of the files', () => fs.writeFileSync(path.join(dir(), 'night-watch.ts'), 'mine')],
  ['a file in the place of the directory', () => fs.writeFileSync(path.join(work, 'night-watch'), 'mine')],
  ['a link that leads nowhere', () => fs.symlinkSync('/nowhere', path.join(work, 'night-watch'))],
])('%s stays as it is, and nothing is written', async (_what, make) => {
  make();
  const before = snapshot(work);
  const result = await run('blueprint', 'NightWatch', '--directory', work);

  expect(result).toMatchObject({ exit: 2, out: '', error: expect.stringContaining('is there already') });
  expect(snapshot(work)).toEqual(before);
});

function dir(): string {
  const directory = path.join(work, 'night-watch');
  fs.mkdirSync(directory);
  return directory;
}

const snapshot = (directory: string): unknown =>
  fs.readdirSync(directory, { withFileTypes: true }).map((entry) => {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) return [entry.name, snapshot(file)];
    return [entry.name, entry.isSymbolicLink() ? fs.readlinkSync(file) : fs.readFileSync(file, 'utf8')];
  });

test('a place that cannot be written to is said, and nothing is left', async () => {
  fs.writeFileSync(path.join(work, 'file'), '');
  expect(await run('blueprint', 'NightWatch', '--directory', path.join(work, 'file'))).toMatchObject({
    exit: 2,
    error: expect.stringContaining("can't be written"),
  });
  expect(fs.readdirSync(work)).toEqual(['file']);
});

test.each([
  [['blueprint'], /missing required argument 'Name'/],
  [['blueprint', 'A', 'B'], /too many arguments for 'new'/],
  [['blueprint', 'licenceAuditor'], /Allowed: PascalCase/],
  [['blueprint', 'Licence-Auditor'], /Allowed: PascalCase/],
  [['blueprint', '../Auditor'], /Allowed: PascalCase/],
  [['blueprint', 'Stack'], /would hide one that it needs/],
  [['blueprint', 'AgentBlueprint'], /would hide one that it needs/],
  [['blueprint', 'Object'], /would hide one that it needs/],
  [['stack', 'Auditor'], /'stack' is not known. Allowed: blueprint/],
  [[], /missing required argument 'kind'/],
])('%j is refused with what is wrong', async (args, message) => {
  expect(await run(...args, '--directory', work)).toMatchObject({ exit: 2, error: expect.stringMatching(message) });
  expect(fs.readdirSync(work)).toEqual([]);
});

test.each([
  ['LicenceAuditor', 'licence-auditor'],
  ['SBOMReporter', 'sbom-reporter'],
  ['S3Watch', 's3-watch'],
  ['Ec2InstanceXYZ', 'ec2-instance-xyz'],
])('%s is in files named %s', (name, files) => {
  expect(kebabCase(name)).toBe(files);
});
