// The validator of SARIF logs as a program without dependencies: the OASIS schema, cut down to what a log may use
// (sarif-profile.json), compiled by ajv when the handlers are bundled. The whole schema would make a bundle of 570 kB.
// Run by itself, it prints the program.
import Ajv from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const SCHEMA = 'node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json';
const PROFILE = 'runtime/turn-handlers/accept-findings/sarif-profile.json';

/** What the validator of the schema's authors takes for an address, or less. */
const FORMATS = {
  uri: /^[a-z][a-z0-9+.-]*:[^\s\\<>"^`{|}]+$/i,
  'uri-reference': /^[^\s\\<>"^`{|}#]*(?:#[^\s\\<>"^`{|}#]*)?$/,
};

/** Says what a value means, and nothing about whether it is valid. */
const ANNOTATIONS = new Set(['description', 'title', 'default']);

const json = async (file) => JSON.parse(await readFile(path.join(root, file), 'utf8'));

/** The schema for the properties of the profile. What the profile does not name, the schema then refuses. */
async function profiledSchema() {
  const { $schema, id, definitions, ...log } = await json(SCHEMA);
  const { $comment, ...profile } = await json(PROFILE);
  // Of what draft 4 writes differently from the drafts that ajv reads, this schema uses `id` alone.
  if ($schema !== 'http://json-schema.org/draft-04/schema#') throw new Error(`unexpected draft ${$schema}`);
  return {
    ...narrowed(log, profile.log),
    definitions: Object.fromEntries(
      Object.entries(profile)
        .filter(([name]) => name !== 'log')
        .map(([name, properties]) => [name, narrowed(definitions[name], properties)]),
    ),
  };
}

function narrowed(definition, names) {
  const unknown = names.filter((name) => !(name in definition.properties));
  if (unknown.length > 0) throw new Error(`no such property in SARIF: ${unknown.join(', ')}`);
  const { properties, ...rest } = definition;
  return {
    ...withoutAnnotations(rest),
    properties: Object.fromEntries(names.map((name) => [name, withoutAnnotations(properties[name])])),
  };
}

function withoutAnnotations(schema) {
  if (Array.isArray(schema)) return schema.map(withoutAnnotations);
  if (schema === null || typeof schema !== 'object') return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([keyword]) => !ANNOTATIONS.has(keyword))
      .map(([keyword, value]) => [keyword, withoutAnnotations(value)]),
  );
}

/** CommonJS, to be bundled: `module.exports = validate`. */
async function sarifValidator() {
  const ajv = new Ajv({
    code: { source: true, optimize: 2 },
    formats: FORMATS,
    // A pattern of the schema is no Unicode regular expression.
    unicodeRegExp: false,
    inlineRefs: false,
    messages: false,
    strict: false,
  });
  return standaloneCode(ajv, ajv.compile(await profiledSchema()));
}

/** For esbuild: what `import validate from 'compiled:sarif-profile'` means. */
export const sarifValidatorPlugin = {
  name: 'sarif-validator',
  setup: (build) => {
    build.onResolve({ filter: /^compiled:sarif-profile$/ }, ({ path: name }) => ({
      path: name,
      namespace: 'compiled',
    }));
    build.onLoad({ filter: /.*/, namespace: 'compiled' }, async () => ({
      contents: await sarifValidator(),
      resolveDir: root,
    }));
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(await sarifValidator());
