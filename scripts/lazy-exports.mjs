/**
 * Rewrites the index files of build/ so that a name loads its file when it is first read, as aws-cdk-lib does with its own:
 * npm run build. docs/decisions/0009-lazy-loading.md says why.
 *
 * What an index exports is read from its declarations, which stay as jsii wrote them, so a second run changes nothing.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import ts from 'typescript';

const build = path.resolve(import.meta.dirname, '../build');
const require = createRequire(import.meta.url);

/** Names that a file exports at run time: for each the file that defines it, and whether the name is that whole file. */
function exportsOf(file) {
  const directory = path.dirname(file);
  if (path.basename(file) !== 'index.js') {
    return Object.keys(require(file)).map((name) => ({ name, file, isNamespace: false }));
  }
  const declarations = file.replace(/\.js$/, '.d.ts');
  return ts
    .createSourceFile(declarations, readFileSync(declarations, 'utf8'), ts.ScriptTarget.Latest)
    .statements.flatMap((statement) => {
      if (!ts.isExportDeclaration(statement) || !statement.moduleSpecifier) {
        throw new Error(`${declarations} has more than exports of other files. Fix: move it to a file of its own.`);
      }
      const from = resolved(path.join(directory, statement.moduleSpecifier.text));
      const clause = statement.exportClause;
      if (statement.isTypeOnly) return [];
      if (!clause) return exportsOf(from);
      if (ts.isNamespaceExport(clause)) return [{ name: clause.name.text, file: from, isNamespace: true }];
      const wanted = clause.elements.filter((element) => !element.isTypeOnly).map((element) => element.name.text);
      return exportsOf(from).filter(({ name }) => wanted.includes(name));
    });
}

const resolved = (file) => (existsSync(`${file}.js`) ? `${file}.js` : path.join(file, 'index.js'));

function lazyIndex(index) {
  const names = exportsOf(index);
  const twice = names.find(({ name }, at) => names.findIndex((other) => other.name === name) !== at);
  if (twice) throw new Error(`${index} exports ${twice.name} twice.`);
  const lines = names.map(({ name, file, isNamespace }) => {
    const relative = path.relative(path.dirname(index), file).replace(/(\/index)?\.js$/, '');
    return `lazy("${name}", () => require("./${relative}")${isNamespace ? '' : `.${name}`});`;
  });
  return `"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
// Node.js finds the names that ECMAScript modules can import in this line.
${names.map(({ name }) => `exports.${name} = `).join('')}void 0;
function lazy(name, load) {
    const enumerable = true, configurable = true;
    const get = () => {
        const value = load();
        Object.defineProperty(exports, name, { enumerable, configurable, value });
        return value;
    };
    Object.defineProperty(exports, name, { enumerable, configurable, get });
}
${lines.join('\n')}
`;
}

const indexes = readdirSync(build, { recursive: true })
  .filter((file) => path.basename(file) === 'index.js')
  .map((file) => path.join(build, file));
// All are read before any is written, because reading loads files, which load indexes.
const texts = indexes.map(lazyIndex);
indexes.forEach((index, at) => writeFileSync(index, texts[at]));
console.log(`${indexes.length} index files of build/ load each name at its first use.`);
