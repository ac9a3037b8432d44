/** The compiled validator beside the matcher of @microsoft/jest-sarif: another ajv, on the schema as OASIS wrote it. */
import '@microsoft/jest-sarif';
import { execFileSync } from 'node:child_process';
import fc from '../../../fast-check';
import { PATH, sarif, SQL } from './sarif-samples';

const program = execFileSync(process.execPath, ['scripts/sarif-validator.mjs'], { encoding: 'utf8' });
const exported: any = {};
// eslint-disable-next-line @typescript-eslint/no-implied-eval
new Function('module', 'require', program)(exported, require);
const accepts = (log: unknown): boolean => exported.exports(log);
const isValidSarif = (log: unknown): boolean => {
  try {
    expect(log).toBeValidSarifLog();
    return true;
  } catch {
    return false;
  }
};

/** With every member of the profile. */
function wholeLog(): any {
  const log = sarif(SQL, PATH, { message: 'no quotation' });
  const [run] = log.runs;
  Object.assign(run, {
    columnKind: 'utf16CodeUnits',
    language: 'en-US',
    versionControlProvenance: [{ repositoryUri: 'https://example.com/shop', revisionId: 'a1', branch: 'main' }],
  });
  Object.assign(run.tool.driver, {
    fullName: 'a',
    organization: 'b',
    version: '1',
    semanticVersion: '1.0.0',
    informationUri: 'https://example.com/',
    shortDescription: { text: 'c', markdown: 'd' },
    fullDescription: { text: 'e' },
  });
  Object.assign(run.tool.driver.rules[0], {
    name: 'SqlInjection',
    fullDescription: { text: 'f' },
    help: { text: 'g' },
    helpUri: 'https://cwe.mitre.org/data/definitions/89.html',
    defaultConfiguration: { enabled: true, level: 'error', rank: 90.5 },
  });
  Object.assign(run.results[0], {
    ruleIndex: 0,
    rank: 1.5,
    partialFingerprints: { own: 'h' },
    baselineState: 'new',
    properties: { tags: ['i', 'j'], anything: { goes: [1] } },
    relatedLocations: [{ id: 1, message: { text: 'k', markdown: 'l' }, ...PATHS }],
  });
  Object.assign(run.results[0].locations[0], {
    logicalLocations: [{ name: 'm', fullyQualifiedName: 'n.m', kind: 'function' }],
  });
  Object.assign(run.results[0].locations[0].physicalLocation.region, { startColumn: 1, endLine: 12, endColumn: 9 });
  run.results[0].locations[0].physicalLocation.artifactLocation.uriBaseId = '%SRCROOT%';
  return log;
}
const PATHS = { physicalLocation: { artifactLocation: { uri: 'src/b.ts' }, region: { startLine: 3 } } };

function places(value: any, at: (string | number)[] = []): (string | number)[][] {
  if (value === null || typeof value !== 'object') return [at];
  return [at, ...Object.keys(value).flatMap((key) => places(value[key], [...at, key]))];
}

function withValue(log: any, place: (string | number)[], change: (parent: any, key: string | number) => void): any {
  const copy = structuredClone(log);
  const parent = place.slice(0, -1).reduce((value, key) => value[key], copy);
  change(parent, place[place.length - 1]);
  return copy;
}

const values = [
  '',
  'x',
  'two words',
  'https://example.com/x',
  '#',
  0,
  -2,
  1.5,
  10_000,
  null,
  true,
  [],
  {},
  [1],
  ['a', 'a'],
  [{}],
];
const place = fc.constantFrom(...places(wholeLog()).slice(1));

test('a log with every member of the profile is accepted, and valid', () => {
  expect(accepts(wholeLog())).toBe(true);
  expect(wholeLog()).toBeValidSarifLog();
});

test('agrees about members that are missing or have other values', () => {
  let refused = 0;
  const change = fc.oneof(
    place.map((at) =>
      withValue(wholeLog(), at, (parent, key) => (Array.isArray(parent) ? parent.splice(+key, 1) : delete parent[key])),
    ),
    fc
      .tuple(place, fc.constantFrom<unknown>(...values))
      .map(([at, value]) => withValue(wholeLog(), at, (parent, key) => (parent[key] = value))),
  );
  fc.assert(
    fc.property(change, (log) => {
      const expected = isValidSarif(log);
      refused += expected ? 0 : 1;
      expect({ log, accepted: accepts(log) }).toEqual({ log, accepted: expected });
    }),
    { numRuns: 600 },
  );
  expect(refused).toBeGreaterThan(100);
});

test('never accepts what the schema refuses, whatever is added', () => {
  const names = [
    'artifacts',
    'contents',
    'fixes',
    'codeFlows',
    'kind',
    'webRequest',
    'text',
    'uri',
    'message',
    'properties',
    'x',
  ];
  const added = fc
    .tuple(place, fc.constantFrom(...names), fc.constantFrom<unknown>(...values))
    .map(([at, name, value]) =>
      withValue(wholeLog(), [...at, name], (parent, key) => {
        if (parent !== null && typeof parent === 'object') parent[key] = value;
      }),
    );
  fc.assert(
    fc.property(added, (log) => {
      if (accepts(log)) expect(log).toBeValidSarifLog();
    }),
    { numRuns: 600 },
  );
});

test.each([
  ['contents of files', (log: any) => (log.runs[0].artifacts = [{ contents: { text: 'code' } }])],
  ['fixes', (log: any) => (log.runs[0].results[0].fixes = [{ artifactChanges: [] }])],
  ['what was run, with its environment', (log: any) => (log.runs[0].invocations = [{ executionSuccessful: true }])],
  [
    'binary content',
    (log: any) => (log.runs[0].results[0].locations[0].physicalLocation.region.snippet = { binary: 'AA==' }),
  ],
])('%s: SARIF, but not of the profile', (_name, change) => {
  const log = sarif(SQL);
  change(log);
  expect(accepts(log)).toBe(false);
});
