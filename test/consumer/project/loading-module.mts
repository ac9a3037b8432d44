import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import * as library from 'cdk-bedrock-managed-agents';
import * as blueprints from 'cdk-bedrock-managed-agents/blueprints';
import * as operations from 'cdk-bedrock-managed-agents/operations';

// Node.js finds the names that an ECMAScript module can import in the text of a CommonJS file, without running it.
const require = createRequire(import.meta.url);
for (const [entry, module] of Object.entries({ '': library, '/blueprints': blueprints, '/operations': operations })) {
  const expected = require(`cdk-bedrock-managed-agents${entry}`) as Record<string, unknown>;
  const named = Object.entries(module).filter(([name]) => !['default', 'module.exports', '__esModule'].includes(name));
  assert.ok(named.length > 0);
  assert.deepEqual(Object.fromEntries(named), { ...expected });
}
