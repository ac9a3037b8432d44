import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Assembly } from './assembly';
import { at, entriesOf, isObject } from './json';
import { filesIn } from './read-directory';
import { assemblyOf, type StackData } from './read-stacks';
import { parseYamlTemplate } from './yaml-template';

/** Where the stacks of template files will be deployed, as far as it is known. */
export interface Environment {
  readonly account?: string;
  readonly region?: string;
}

/**
 * Reads template files in JSON or YAML, each as a stack named after its file. A nested stack whose `TemplateURL` is a
 * local file is read, too.
 *
 * @throws Error with the file when it can't be read or isn't a template
 */
export function readTemplateFiles(files: readonly string[], environment: Environment = {}): Assembly {
  const stacks = files.flatMap((file) => {
    const root: StackData = { ...environment, id: idOf(file), template: readTemplate(file), templatePath: file };
    return [root, ...nestedIn(root, [path.resolve(file)])];
  });
  const same = stacks.find(({ id }, index) => stacks.findIndex((each) => each.id === id) !== index);
  if (same) {
    throw new Error(`Two of the files would be the stack ${same.id}. Fix: give files with different names.`);
  }
  return assemblyOf(stacks, filesIn(path.dirname(files[0] ?? '.')));
}

function nestedIn(parent: StackData, above: readonly string[]): StackData[] {
  return entriesOf(at(parent.template, 'Resources')).flatMap(([logicalId, resource]) => {
    const url = at(resource, 'Properties', 'TemplateURL');
    if (
      at(resource, 'Type') !== 'AWS::CloudFormation::Stack' ||
      typeof url !== 'string' ||
      /^[a-z0-9]+:\/\//i.test(url)
    ) {
      return [];
    }
    const file = path.resolve(path.dirname(parent.templatePath!), url);
    if (!fs.existsSync(file) || above.includes(file)) {
      return [];
    }
    const child: StackData = {
      id: `${parent.id}/${logicalId}`,
      account: parent.account,
      region: parent.region,
      template: readTemplate(file),
      templatePath: file,
      nestedIn: { sourceId: parent.id, logicalId },
    };
    return [child, ...nestedIn(child, [...above, file])];
  });
}

function idOf(file: string): string {
  return path.basename(file).replace(/(\.template)?\.(json|ya?ml|template)$/i, '');
}

function readTemplate(file: string): unknown {
  const fix = 'Fix: give a CloudFormation template in JSON or YAML.';
  let template: unknown;
  try {
    const text = fs.readFileSync(file, 'utf8');
    template = /^\s*\{/.test(text) ? (JSON.parse(text) as unknown) : parseYamlTemplate(text);
  } catch (error) {
    throw new Error(`${file} can't be read: ${(error as Error).message} ${fix}`, { cause: error });
  }
  if (!isObject(template) || !isObject(at(template, 'Resources'))) {
    throw new Error(`${file} has no Resources, so it isn't a template. ${fix}`);
  }
  return template;
}
