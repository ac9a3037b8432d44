import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import * as library from 'cdk-bedrock-managed-agents';
import * as blueprints from 'cdk-bedrock-managed-agents/blueprints';
import * as operations from 'cdk-bedrock-managed-agents/operations';
import { AgentModel, ManagedAgent } from 'cdk-bedrock-managed-agents';

// What an app loads: a name's file when the name is first used, and no others.
const load = createRequire(__filename);
const PACKAGE = 'cdk-bedrock-managed-agents';
const build = path.dirname(require.resolve(PACKAGE));
const loaded = () => Object.keys(require.cache).filter((file) => file.startsWith(`${build}${path.sep}`));
const folders = () => new Set(loaded().map((file) => path.relative(build, file).split(path.sep)[0]));
const isLoaded = (module: string) => Object.keys(require.cache).some((file) => file.includes(module));

const indexes = ['blueprint/index.js', 'index.js', 'operations/index.js'].map((file) => path.join(build, file));
assert.deepEqual(loaded().sort(), indexes, 'importing the entry points loads their index files only');
assert.ok(!isLoaded('/cdk-nag/'), 'importing the library loads no cdk-nag');

assert.equal(typeof AgentModel.GPT_5_6_LUNA, 'object');
assert.ok(!isLoaded('/aws-cdk-lib/aws-ec2/'), 'a model loads no construct of networks');

const stack = new Stack(new App({ outdir: 'cdk.out/loading' }), 'Loading', { env: { region: 'us-east-1' } });
new ManagedAgent(stack, 'Agent', { model: AgentModel.GPT_5_6_LUNA, instructions: 'Summarize the build log.' });
const unused = ['cost', 'guardrail', 'security', 'trigger', 'workflow'].filter((folder) => folders().has(folder));
assert.deepEqual(unused, [], 'an agent loads no folder that it does not use');
const namespaces = loaded().filter((file) => /[\\/](blueprint|operations)[\\/]/.test(file));
assert.deepEqual(
  namespaces.sort(),
  indexes.filter((file) => namespaces.includes(file)),
);

// The names are those of the jsii assembly, by which programs in other languages find a class.
const assembly = JSON.parse(readFileSync(path.join(build, '../.jsii'), 'utf8')) as {
  types: Record<string, { kind: string; name: string; namespace?: string }>;
};
const values = Object.values(assembly.types).filter(({ kind }) => kind === 'class' || kind === 'enum');
const namesOf = (namespace?: string) => values.filter((each) => each.namespace === namespace).map(({ name }) => name);
assert.deepEqual(Object.keys(library).sort(), [...namesOf(), 'blueprints', 'operations'].sort());
assert.deepEqual(Object.keys(blueprints).sort(), namesOf('blueprints').sort());
assert.deepEqual(Object.keys(operations).sort(), namesOf('operations').sort());
assert.equal(library.blueprints, blueprints);
assert.equal(library.operations, operations);

// Each loads without the others before it: files that import each other depend on the order.
for (const { name, namespace } of values) {
  for (const file of loaded()) delete require.cache[file];
  const fresh = load(PACKAGE) as Record<string, Record<string, unknown>>;
  const value = namespace ? fresh[namespace]?.[name] : fresh[name];
  assert.ok(value, `${namespace ?? ''} ${name} loads on its own`);
}
