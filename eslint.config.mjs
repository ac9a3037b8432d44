// `npm run lint:code` checks the files in four processes: one process would need more than 4 GB.
import js from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import boundaries from './eslint.boundaries.mjs';

const banned = (patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });

export default tseslint.config(
  {
    ignores: ['node_modules', 'build', 'assets', 'assets.*', 'dist', 'cdk.out*', 'coverage', '.stryker-tmp', 'reports'],
  },
  {
    files: ['**/*.{js,mjs}'],
    extends: [js.configs.recommended],
    languageOptions: { globals: globals.node },
    rules: { 'no-unused-vars': ['error', { ignoreRestSiblings: true }] },
  },
  {
    files: ['**/*.js'],
    languageOptions: { sourceType: 'commonjs' },
  },
  {
    files: ['**/*.ts'],
    extends: [js.configs.recommended, tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { prefer: 'type-imports', fixStyle: 'inline-type-imports' },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'error',
      // Patterns that remove control characters and invisible ones name them.
      'no-control-regex': 'off',
      'no-misleading-character-class': 'off',
    },
  },
  {
    // lib/ is synth-only code: no AWS SDK, no runtime code, no root import of aws-cdk-lib (it doubles compile time).
    files: ['lib/**/*.ts'],
    rules: banned([
      { regex: '^aws-cdk-lib$', message: 'Import from aws-cdk-lib/core or a service submodule.' },
      { regex: '^@aws-sdk/|^@smithy/', message: 'lib/ runs at synth only; SDK code belongs to runtime/.' },
      { regex: '^@cloud-copilot/', message: 'AGPL: tests only.' },
    ]),
  },
  {
    // analysis/ judges templates without constructs.
    files: ['analysis/**/*.ts'],
    rules: banned([
      { regex: '^(aws-cdk-lib|constructs|cdk-nag)(/|$)', message: 'analysis/ knows templates, not constructs.' },
      { regex: '^@aws-sdk/|^@smithy/', message: 'analysis/ calls no AWS API.' },
      { regex: '^@cloud-copilot/', message: 'AGPL: tests only.' },
    ]),
  },
  {
    files: ['runtime/**/*.ts', 'local/**/*.ts', 'bin/**/*.ts', 'examples/**/*.ts'],
    rules: banned([{ regex: '^@cloud-copilot/', message: 'AGPL: tests only.' }]),
  },
  boundaries,
  {
    // The fix of an InputError follows `Fix: ` in its message.
    files: ['lib/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...[
          'Property[key.name="fix"] > Literal[value=/^[A-Z][a-z]+ /]',
          'Property[key.name="fix"] > ConditionalExpression > Literal[value=/^[A-Z][a-z]+ /]',
          'Property[key.name="fix"] > TemplateLiteral > TemplateElement:first-child[value.raw=/^[A-Z][a-z]+ /]',
        ].map((selector) => ({ selector, message: 'Begin the fix in lower case.' })),
      ],
    },
  },
  {
    // One seed for all property tests (test/fast-check.ts).
    files: ['test/**/*.ts'],
    ignores: ['test/fast-check.ts'],
    rules: {
      ...banned([{ regex: '^fast-check$', message: 'Import test/fast-check.ts: it sets the seed.' }]),
      'no-restricted-syntax': [
        'error',
        ...[
          'CallExpression[callee.object.name="jest"][callee.property.name="setTimeout"]',
          'CallExpression[callee.name=/^(test|it|(before|after)(All|Each))$/] > Literal[raw=/^[0-9]/]',
        ].map((selector) => ({ selector, message: 'The limit of all tests is in jest.config.js.' })),
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      // Templates and reports are JSON of many shapes; a test names the property it looks at.
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // Stand-ins for lists without an entry.
      'require-yield': 'off',
    },
  },
);
