// Writes the table of the kinds of all inputs of the public API from its types: npm run kinds [-- file]
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import * as ts from 'typescript';

const ROOT = path.join(__dirname, '..');
const LIB = path.join(ROOT, 'lib');
const config = ts.readConfigFile(path.join(ROOT, 'tsconfig.jsii.json'), (file) => ts.sys.readFile(file)).config as {
  compilerOptions: object;
};
const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, ROOT);
const entries = [
  path.join(LIB, 'index.ts'),
  path.join(LIB, 'blueprint/index.ts'),
  path.join(LIB, 'operations/index.ts'),
];
const program = ts.createProgram(entries, options);
const checker = program.getTypeChecker();

type Inputs = Record<string, string>;
const calls: Record<string, Inputs> = {};
const structs: Record<string, Inputs> = {};
const objects: Record<string, { members?: string[]; make: string[] }> = {};
const enums: Record<string, (string | number)[]> = {};

const declarationOf = (symbol: ts.Symbol) => symbol.valueDeclaration ?? symbol.declarations?.[0];
const isOwn = (symbol: ts.Symbol) => declarationOf(symbol)?.getSourceFile().fileName.startsWith(`${LIB}/`) ?? false;
const resolved = (symbol: ts.Symbol) =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

const exported = new Map<string, ts.Symbol>();
for (const entry of entries) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(entry)!)!;
  for (const symbol of checker.getExportsOfModule(module)) {
    exported.set(symbol.name, resolved(symbol));
  }
}
const classes = [...exported.values()].filter(({ flags }) => flags & ts.SymbolFlags.Class);

const typeOf = (symbol: ts.Symbol) => checker.getTypeOfSymbolAtLocation(symbol, declarationOf(symbol)!);
const isCallable = (symbol: ts.Symbol) => typeOf(symbol).getCallSignatures().length > 0;
const isOptional = (symbol: ts.Symbol) => (symbol.flags & ts.SymbolFlags.Optional) !== 0;

/** `kms.IKey` for what is declared in aws-cdk-lib/aws-kms; the name alone for what this library or the core declares. */
function nameOf(symbol: ts.Symbol): string {
  const file = declarationOf(symbol)?.getSourceFile().fileName ?? '';
  const service = /aws-cdk-lib\/aws-([a-z0-9-]+)\//.exec(file)?.[1];
  return service ? `${service.replaceAll('-', '_')}.${symbol.name}` : symbol.name;
}

/** Interfaces of values are called ISomething or have methods; all others are props. */
function isBehaviour(type: ts.Type): boolean {
  return /^I[A-Z]/.test(type.symbol.name) || checker.getPropertiesOfType(type).some(isCallable);
}

/** Members that tell a kind: its own, properties before methods; old ones come first and are in all versions of the peer. */
function members(type: ts.Type): string[] {
  const required = checker
    .getPropertiesOfType(type)
    .filter((member) => !isOptional(member) && /^[a-z]\w*$/i.test(member.name) && !isHidden(member));
  const own = required.filter((member) => (member as { parent?: ts.Symbol }).parent === type.symbol);
  const candidates = own.length > 0 ? own : required;
  return [...candidates.filter((m) => !isCallable(m)), ...candidates.filter(isCallable)]
    .slice(0, 3)
    .map(({ name }) => name);
}

function isHidden(member: ts.Symbol): boolean {
  const declaration = declarationOf(member);
  const modifiers = declaration && ts.isClassElement(declaration) ? ts.getCombinedModifierFlags(declaration) : 0;
  // Protected methods are for blueprints of users.
  return /^_[a-z]/.test(member.name) || (modifiers & ts.ModifierFlags.Private) !== 0;
}

/** How a value of a type is made, as far as this library or the class itself says. */
function makers(type: ts.Type): string[] {
  const makes = (candidate: ts.Type) =>
    !(candidate.flags & ts.TypeFlags.Any) &&
    candidate.symbol !== undefined &&
    checker.isTypeAssignableTo(candidate, type);
  const own = type.symbol.flags & ts.SymbolFlags.Class && !isOwn(type.symbol) ? [type.symbol] : [];
  const found: string[] = [];
  for (const symbol of [...classes, ...own]) {
    const statics = checker.getPropertiesOfType(typeOf(symbol)).filter((member) => !isHidden(member));
    const constructor = symbol.members?.get('__constructor' as ts.__String);
    const isAbstract = ts.getCombinedModifierFlags(declarationOf(symbol) as ts.Declaration) & ts.ModifierFlags.Abstract;
    if (!isAbstract && !(constructor && isHidden(constructor)) && makes(checker.getDeclaredTypeOfSymbol(symbol))) {
      found.push(`new ${symbol.name}(…)`);
    }
    for (const member of statics.filter(({ name }) => name !== 'prototype')) {
      const made = typeOf(member).getCallSignatures()[0]?.getReturnType();
      if (made ? makes(made) : makes(typeOf(member))) {
        found.push(`${symbol.name}.${member.name}${made ? '(…)' : ''}`);
      }
    }
  }
  return found.slice(0, 3);
}

function kindOf(type: ts.Type): string {
  if (type.isUnion()) {
    const parts = type.types.filter(({ flags }) => !(flags & ts.TypeFlags.Undefined));
    const isEnum = parts.every(({ flags }) => flags & ts.TypeFlags.EnumLiteral) && parts.length > 0;
    return isEnum ? enumKind(checker.getBaseTypeOfLiteralType(parts[0])) : [...new Set(parts.map(kindOf))].join('|');
  }
  const { flags } = type;
  if (flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return 'any';
  if (flags & ts.TypeFlags.StringLike && !(flags & ts.TypeFlags.EnumLike)) return 'string';
  if (flags & ts.TypeFlags.NumberLike && !(flags & ts.TypeFlags.EnumLike)) return 'number';
  if (flags & ts.TypeFlags.BooleanLike) return 'boolean';
  if (flags & ts.TypeFlags.EnumLike) return enumKind(type);
  if (checker.isArrayType(type)) return `${kindOf(checker.getTypeArguments(type as ts.TypeReference)[0])}[]`;
  const values = type.getStringIndexType();
  if (values) return `{${kindOf(values)}}`;
  if (!type.symbol || type.symbol.name === '__type') return 'any';
  return objectKind(type);
}

function enumKind(type: ts.Type): string {
  const symbol = type.symbol;
  const name = nameOf(symbol);
  const values = [...(symbol.exports?.values() ?? [])].map((m) =>
    checker.getConstantValue(declarationOf(m) as ts.EnumMember)!,
  );
  // Enums of AWS CDK may have more members in another version.
  if (!isOwn(symbol)) return typeof values[0];
  enums[name] = values;
  return name;
}

function objectKind(type: ts.Type): string {
  const name = nameOf(type.symbol);
  const isClass = (type.symbol.flags & ts.SymbolFlags.Class) !== 0;
  if (!isClass && !isBehaviour(type)) {
    if (!isOwn(type.symbol)) return 'object';
    if (!structs[name]) {
      structs[name] = {};
      Object.assign(structs[name], inputs(checker.getPropertiesOfType(type)));
    }
    return name;
  }
  if (!objects[name]) {
    objects[name] = { make: [] };
    // A class of this library is known by its prototype.
    objects[name] = { ...(isClass && isOwn(type.symbol) ? {} : { members: members(type) }), make: makers(type) };
  }
  return name;
}

function inputs(symbols: readonly ts.Symbol[]): Inputs {
  return Object.fromEntries(
    symbols.map((symbol) => {
      const declaration = declarationOf(symbol)!;
      const optional =
        isOptional(symbol) ||
        (ts.isParameter(declaration) &&
          (declaration.initializer !== undefined || declaration.questionToken !== undefined));
      const isRest = ts.isParameter(declaration) && declaration.dotDotDotToken !== undefined;
      // A parameter that is taken apart has no name.
      const name = symbol.name.startsWith('__') ? 'argument' : symbol.name;
      return [`${isRest ? '...' : ''}${name}${optional ? '?' : ''}`, kindOf(typeOf(symbol))];
    }),
  );
}

for (const symbol of classes) {
  const statics = checker.getPropertiesOfType(typeOf(symbol)).filter(isCallable);
  const methods = checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol)).filter(isCallable);
  const signatures: [string, readonly ts.Symbol[]][] = [
    ...statics.filter((m) => !isHidden(m) && isOwn(m)).map((m) => [`${symbol.name}.${m.name}`, parameters(m)] as const),
    ...methods
      .filter((m) => !isHidden(m) && isOwn(m) && !isOverride(symbol, m))
      .map((m) => [`${symbol.name}#${m.name}`, parameters(m)] as const),
  ].map(([name, list]) => [name, list]);
  const constructor = typeOf(symbol).getConstructSignatures()[0];
  const declared = symbol.members?.get('__constructor' as ts.__String);
  if (constructor && !(declared && isHidden(declared))) {
    signatures.unshift([symbol.name, constructor.getParameters()]);
  }
  for (const [name, list] of signatures) {
    if (list.length > 0) calls[name] = isFacade(name) ? { [list[0].name]: 'IConstruct' } : inputs(list);
  }
}

/** Constructs make their grants and metrics before they have the members that tell their kind. */
function isFacade(name: string): boolean {
  return /(Grants|Metrics)\.from/.test(name);
}

/** Methods that aws-cdk-lib calls. */
function isOverride(symbol: ts.Symbol, method: ts.Symbol): boolean {
  const bases = checker.getBaseTypes(checker.getDeclaredTypeOfSymbol(symbol) as ts.InterfaceType);
  return bases.some((base) => !isOwn(base.symbol) && base.getProperty(method.name) !== undefined);
}

function parameters(method: ts.Symbol): readonly ts.Symbol[] {
  return typeOf(method).getCallSignatures()[0].getParameters();
}

const sorted = <T>(table: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(table).sort(([one], [other]) => (one < other ? -1 : 1)));

const text = `// Generated from the types of the public API by scripts/input-kinds.ts. Do not edit.

/**
 * Inputs of constructors (\`Name\`), static methods (\`Name.method\`) and methods (\`Name#method\`) by name, \`?\` for optional.
 * A kind is \`string\`, \`number\`, \`boolean\`, \`object\`, \`any\`, the name of an entry below, \`kind[]\`, \`{kind}\` for a map, or
 * several of them separated by \`|\`.
 */
export const CALLS: Inputs = ${JSON.stringify(sorted(calls))};

/** Members of the interfaces that are passed as props and options. */
export const STRUCTS: Inputs = ${JSON.stringify(sorted(structs))};

/** Members that a value of a class or interface has (classes of this library are known without), and what makes one. */
export const OBJECTS: Readonly<Record<string, { readonly members?: string[]; readonly make: string[] }>> = ${JSON.stringify(sorted(objects))};

/** Values of the enums of this library. */
export const ENUMS: Readonly<Record<string, (string | number)[]>> = ${JSON.stringify(sorted(enums))};

type Inputs = Readonly<Record<string, Readonly<Record<string, string>>>>;
`;

async function write(file: string): Promise<void> {
  writeFileSync(file, await format(text, { ...(await resolveConfig(path.join(LIB, 'index.ts'))), filepath: file }));
}

void write(process.argv[2] ?? path.join(LIB, 'validation/input-kinds.ts'));
