import * as fs from 'node:fs';
import * as path from 'node:path';
import { readText } from '../files/read-text';
import type { Assembly } from './assembly';
import { at, entriesOf, isObject } from './json';
import { filesIn } from './read-directory';
import { assemblyOf, nestedStack, type StackData } from './read-stacks';
import { parseYamlTemplate } from './yaml-template';

/** Where the stacks of template files will be deployed, if known. */
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
  return assemblyOf(templateStacks(files, environment), filesIn(path.dirname(files[0] ?? '.')));
}

/** The stacks of template files as plain data. A file that another one nests is only read as that nested stack. */
export function templateStacks(files: readonly string[], environment: Environment = {}): StackData[] {
  const given = [...new Set(files)];
  const ids = new Map(given.map((file) => [file, idOf(file)]));
  const isTwice = (file: string) => given.some((other) => other !== file && ids.get(other) === ids.get(file));
  const stacks = given.map((file) => {
    const id = isTwice(file) ? withoutExtension(file) : ids.get(file)!;
    const root: StackData = { ...environment, id, template: readTemplate(file), templatePath: file };
    return [root, ...nestedIn(root, [path.resolve(file)])];
  });
  const nested = new Set(
    stacks.flatMap(([, ...below]) => below.map(({ templatePath }) => path.resolve(templatePath!))),
  );
  // A template that nests itself, or two that nest each other, are still read.
  const roots = stacks.filter(([{ templatePath }]) => !nested.has(path.resolve(templatePath!)));
  return (roots.length > 0 ? roots : stacks).flat();
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
    const child = nestedStack(parent, logicalId, file, readTemplate(file));
    return [child, ...nestedIn(child, [...above, file])];
  });
}

function idOf(file: string): string {
  return withoutExtension(path.basename(file));
}

function withoutExtension(file: string): string {
  return file.replace(/(\.template)?\.(json|ya?ml|template)$/i, '');
}

/** Far more than CloudFormation accepts for a template. */
const MOST_BYTES = 5 * 1024 * 1024;

const FIX = 'Fix: give a CloudFormation template in JSON or YAML.';

/** @throws Error with the file and what is wrong with it */
function readTemplate(file: string): Readonly<Record<string, unknown>> {
  const text = templateText(file);
  let template: unknown;
  try {
    template = parsed(file, text);
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`${file} can't be read: ${/Fix: /.test(message) ? message : `${sentence(message)} ${FIX}`}`, {
      cause: error,
    });
  }
  if (!isObject(template)) {
    const form = Array.isArray(template) ? 'a list' : template === null ? 'empty' : `a ${typeof template}`;
    throw new Error(`${file} is ${form}, not an object, so it isn't a template. ${FIX}`);
  }
  if (!isObject(at(template, 'Resources'))) {
    throw new Error(`${file} has no Resources, so it isn't a template. ${FIX}`);
  }
  // A transform stands for resources, as Fn::ForEach does.
  const odd = entriesOf(at(template, 'Resources')).find(
    ([logicalId, resource]) => !logicalId.startsWith('Fn::') && typeof at(resource, 'Type') !== 'string',
  );
  if (odd !== undefined) {
    throw new Error(`${file} can't be checked: its resource ${odd[0]} has no Type. ${FIX}`);
  }
  return template;
}

const sentence = (text: string): string => text.replace(/\.?$/, '.');

function templateText(file: string): string {
  let text: string;
  try {
    text = readText(file, MOST_BYTES);
  } catch (error) {
    throw new Error(`${file} can't be read: ${sentence((error as Error).message)} ${FIX}`, { cause: error });
  }
  if (text.trim() === '') {
    throw new Error(`${file} is empty. ${FIX}`);
  }
  return text;
}

/** JSON isn't read as YAML, which allows more and is slower. */
function parsed(file: string, text: string): unknown {
  if (/^\s*[{[]/.test(text)) {
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      if (/\.json$/i.test(file)) {
        throw error;
      }
    }
  }
  return parseYamlTemplate(text);
}
