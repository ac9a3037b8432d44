// Which folder may import which. `npm run lint` checks it with eslint-plugin-boundaries; docs/architecture.md draws it.
import boundaries from 'eslint-plugin-boundaries';

/** Folders of `lib/`, from the lowest up: each may import what is listed, besides what everybody may (`GROUND`). */
const LIB = {
  facts: [],
  validation: ['facts'],
  development: ['validation', 'contracts'],
  // What is kept, and for how long.
  lifecycle: ['development'],
  injection: ['validation'],
  // Limits of AWS, counted at synthesis.
  quotas: ['validation'],
  contracts: [],
  identity: [],
  declaration: ['contracts'],
  encryption: ['identity'],
  function: ['identity', 'encryption'],
  guardrail: ['identity', 'encryption', 'declaration'],
  audit: ['identity', 'encryption', 'declaration'],
  network: ['identity', 'encryption', 'declaration', 'audit'],
  baseline: ['encryption', 'audit', 'network'],
  environment: ['identity', 'encryption', 'declaration', 'function', 'network', 'baseline'],
  agent: ['identity', 'encryption', 'declaration', 'audit', 'network', 'baseline', 'environment'],
  workflow: ['identity', 'encryption', 'network', 'baseline', 'guardrail', 'function', 'agent'],
  trigger: ['identity', 'encryption', 'function', 'agent', 'workflow'],
  operations: [
    'identity',
    'encryption',
    'audit',
    'baseline',
    'environment',
    'guardrail',
    'function',
    'agent',
    'workflow',
    'trigger',
  ],
  blueprint: [
    'identity',
    'encryption',
    'network',
    'baseline',
    'environment',
    'audit',
    'guardrail',
    'function',
    'agent',
    'workflow',
    'trigger',
    'operations',
  ],
  // The checks know no construct: `network` is the type of a parameter of Declaration, and the only exception.
  security: ['declaration', 'identity', 'network'],
  cost: ['security'],
};
const GROUND = ['facts', 'validation', 'injection', 'contracts', 'development', 'lifecycle', 'quotas'];
const NOT_GROUND = Object.keys(LIB).filter((name) => !GROUND.includes(name));

const lib = (...folders) => ({ element: { type: folders.map((name) => `lib-${name}`) } });
const folder = (...types) => ({ element: { type: types } });
const allow = (from, ...to) => to.map((one) => ({ from, allow: { to: one } }));

const policies = [
  // Within a folder everything may import everything.
  ...Object.keys(LIB).flatMap((name) => allow(lib(name), lib(name))),
  ...['lib', 'analysis', 'runtime', 'local', 'bin', 'scripts', 'examples'].flatMap((name) =>
    allow(folder(name), folder(name)),
  ),
  ...Object.entries(LIB).flatMap(([name, may]) => allow(lib(name), ...may.map((other) => lib(other)))),
  ...allow(lib(...NOT_GROUND), lib(...GROUND)),
  // lib/index.ts exports the folders.
  ...allow(folder('lib'), lib(...Object.keys(LIB))),
  // analysis/ judges templates without constructs: of lib/ it shares names, facts and the lists of actions.
  ...allow(folder('analysis'), lib('contracts', 'facts'), { file: { categories: 'perms' } }),
  // What runs in AWS shares formats and facts.
  ...allow(folder('runtime'), lib('contracts', 'facts')),
  // Programs. Templates are read with analysis/.
  ...allow(folder('local'), lib('contracts', 'facts'), folder('analysis', 'runtime')),
  ...allow(folder('bin'), lib('contracts', 'facts', 'validation'), { file: { categories: 'perms' } }),
  ...allow(folder('bin'), folder('lib', 'analysis', 'runtime', 'local', 'examples')),
  ...allow(folder('scripts'), lib('contracts', 'facts'), { file: { categories: 'perms' } }),
  ...allow(folder('scripts'), folder('analysis', 'runtime', 'bin', 'examples', 'test')),
  // An example is the package as its users have it, with a scenario for the local service.
  ...allow(folder('examples'), folder('lib', 'local', 'bin'), lib('blueprint')),
];

export default {
  files: ['{lib,analysis,runtime,local,bin,scripts,examples}/**/*.{ts,mjs}'],
  // What `bma new` writes is code of a user of the library.
  ignores: ['bin/bma/blueprint-sample/**'],
  plugins: { boundaries },
  settings: {
    'boundaries/elements': [
      ...Object.keys(LIB).map((name) => ({ type: `lib-${name}`, pattern: `lib/${name}`, partialMatch: false })),
      ...['lib', 'analysis', 'runtime', 'local', 'bin', 'scripts', 'examples', 'test'].map((name) => ({
        type: name,
        pattern: name,
        partialMatch: false,
      })),
    ],
    'boundaries/files': [{ category: 'perms', pattern: 'lib/identity/perms.ts' }],
    'boundaries/dependency-nodes': ['import', 'dynamic-import', 'export', 'require'],
    'boundaries/additional-dependency-nodes': [{ selector: 'TSImportType Literal', kind: 'type', name: 'import-type' }],
    'import/resolver': { typescript: { project: 'tsconfig.json' } },
  },
  rules: {
    'boundaries/dependencies': ['error', { default: 'disallow', policies }],
    'boundaries/no-unknown-files': 'error',
  },
};
