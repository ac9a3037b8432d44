// The TypeScript snippets of README.md and docs/ as modules that a program can run. A snippet shows what matters: `this` is
// a stack, a name that it neither declares nor imports comes from the packages below or from the surroundings, a module of
// test/consumer/project, and `declare const` gets its value from there, too.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import ts from 'typescript';

const PACKAGES = [
  'cdk-bedrock-managed-agents',
  'cdk-bedrock-managed-agents/blueprints',
  'cdk-bedrock-managed-agents/operations',
  'aws-cdk-lib/core',
  'aws-cdk-lib/aws-ec2',
  'aws-cdk-lib/aws-scheduler',
];

/**
 * Writes a module for each snippet.
 *
 * @param root directory of README.md and docs/
 * @param project directory of a project that has the packages installed; its snippets/ is written
 * @returns where the snippets are, such as `docs/audit.md:5`
 */
export function writeSnippets(root, project) {
  const require = createRequire(path.join(project, 'package.json'));
  const exporters = new Map(
    [...PACKAGES].reverse().flatMap((name) => Object.keys(require(name)).map((exported) => [exported, name])),
  );
  const directory = path.join(project, 'snippets');
  mkdirSync(directory, { recursive: true });
  const docs = readdirSync(path.join(root, 'docs'), { recursive: true }).map((name) => path.join('docs', name));
  // docs/api is made from the doc comments.
  const pages = ['README.md', ...docs.filter((page) => !page.startsWith(path.join('docs', 'api')))];
  const snippets = pages
    .filter((page) => page.endsWith('.md'))
    .flatMap((page) => snippetsOf(root, page))
    // Clients of the service aren't part of an app.
    .filter(({ code }) => !/from 'openai'/.test(code));
  for (const { from, code } of snippets) {
    const file = `${from.replace(/\.md:/, '-').replaceAll(/[^\w-]/g, '-')}.ts`;
    writeFileSync(path.join(directory, file), moduleOf(from, code, exporters));
  }
  return snippets.map(({ from }) => from);
}

function snippetsOf(root, page) {
  const text = readFileSync(path.join(root, page), 'utf8');
  const hidden = text
    .split('\n')
    .findIndex((line) => /^\s+```(?:ts|typescript)\b|^\s*```(?:js|tsx|mts|javascript)\b/.test(line));
  if (hidden >= 0) {
    throw new Error(`${page}:${hidden + 1} isn't extracted. Allowed: \`\`\`ts at the beginning of a line.`);
  }
  return [...text.matchAll(/^```(?:ts|typescript)\n(.*?)^```$/gms)].map((match) => ({
    from: `${page}:${text.slice(0, match.index).split('\n').length}`,
    code: match[1],
  }));
}

function moduleOf(from, code, exporters) {
  const source = ts.createSourceFile('snippet.ts', code, ts.ScriptTarget.ES2022, true);
  const imports = source.statements.filter(ts.isImportDeclaration);
  const body = source.statements.filter((statement) => !ts.isImportDeclaration(statement));
  const { declared, used } = namesIn(source);
  const free = [...used].filter((name) => !declared.has(name));
  const exported = free.filter((name) => exporters.has(name));
  const given = free.filter((name) => !exporters.has(name) && !(name in globalThis) && name !== 'undefined');
  return [
    `// Generated from ${from}.`,
    "import { Stack as SnippetStack } from 'aws-cdk-lib/core';",
    "import type { Surroundings } from '../surroundings';",
    ...exported.map((name) => `import { ${name} } from '${exporters.get(name)}';`),
    ...imports.map((each) => each.getText()),
    `export const from = '${from}';`,
    `export const registersChecks = ${used.has('ManagedAgentChecks')};`,
    'export function add(this: SnippetStack, given: Surroundings) {',
    ...given.map((name) => `const ${name} = given.${name};`),
    ...body.map((statement) => withValues(statement)),
    `return ${declared.has('app') ? 'app' : 'SnippetStack.of(this).node.root'};`,
    '}',
    '',
  ].join('\n');
}

/** `declare const stack: Stack;` with the value that the surroundings have. */
function withValues(statement) {
  const isAmbient =
    ts.isVariableStatement(statement) && statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword);
  if (!isAmbient) return statement.getText();
  return statement.declarationList.declarations
    .map((each) => `const ${each.name.getText()}: ${each.type.getText()} = given.${each.name.getText()};`)
    .join('\n');
}

function namesIn(source) {
  const declared = new Set();
  const used = new Set();
  const visit = (node) => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const isDeclared =
        (ts.isVariableDeclaration(parent) || ts.isImportSpecifier(parent) || ts.isParameter(parent)) &&
        parent.name === node;
      const isNamespace = ts.isNamespaceImport(parent);
      const isMember =
        (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent) || ts.isQualifiedName(parent)) &&
        (parent.name === node || parent.right === node);
      if (isDeclared || isNamespace) declared.add(node.text);
      if (!isMember && !isDeclared) used.add(node.text);
      if (isDeclared && ts.isImportSpecifier(parent)) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { declared, used };
}
