// Reads the CloudFormation types of the installed aws-cdk-lib with the names of all their properties, nested ones included.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const LIBRARY = path.join(__dirname, '../../node_modules/aws-cdk-lib');

const CONVERTER =
  /function convert(Cfn\w+)ToCloudFormation\(properties\)\{return cdk\(\)\.canInspect\(properties\)\?\(\w+\(properties\)\.assertSuccess\(\),\{([^{}]*)\}\)/g;
const RESOURCE_CLASS = /class (Cfn\w+) extends cdk\(\)\.CfnResource\{.{0,300}?CFN_RESOURCE_TYPE_NAME="([^"]+)"/gs;
const PROPERTY = /(?:^|,)(?:"([^"]+)"|([A-Za-z0-9_]+)):((?:[^,()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*)/g;
const NESTED = /convert(Cfn\w+)ToCloudFormation/g;

/** Type name → paths of all its properties as CloudFormation names them: `VpcConfig.SubnetIds`. */
export function propertiesOfTypes(): ReadonlyMap<string, string[]> {
  known ??= readTypes();
  return known;
}

let known: Map<string, string[]> | undefined;

function readTypes(): Map<string, string[]> {
  const types = new Map<string, string[]>();
  for (const library of readdirSync(LIBRARY).filter((name) => /^(aws-|alexa-|core$)/.test(name))) {
    for (const file of generatedFiles(library)) {
      const source = readFileSync(file, 'utf8');
      const shapes = new Map([...source.matchAll(CONVERTER)].map(([, name, body]) => [name, body]));
      for (const [, name, type] of source.matchAll(RESOURCE_CLASS)) {
        types.set(type, pathsOf(`${name}Props`, shapes, []));
      }
    }
  }
  return new Map([...types].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function generatedFiles(library: string): string[] {
  const folder = path.join(LIBRARY, library, 'lib');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(
      (file) => /^[a-z0-9-]+\.generated\.js$/.test(file) && !/-(grants|augmentations|canned-metrics)\./.test(file),
    )
    .map((file) => path.join(folder, file));
}

function pathsOf(shape: string, shapes: Map<string, string>, above: readonly string[]): string[] {
  const found: string[] = [];
  for (const [, quoted, plain, value] of (shapes.get(shape) ?? '').matchAll(PROPERTY)) {
    const name = quoted ?? plain;
    found.push(name);
    for (const [, nested] of value.matchAll(NESTED)) {
      // Some shapes contain themselves.
      if (above.includes(nested)) continue;
      found.push(...pathsOf(nested, shapes, [...above, nested]).map((below) => `${name}.${below}`));
    }
  }
  return [...new Set(found)];
}
