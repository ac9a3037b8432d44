/** The stacks of a cloud assembly with their references resolved, those between stacks included. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { IntrinsicResolver, type OtherStacks, type Place, type Template } from './intrinsics';

export interface NamedTemplate {
  readonly stackName: string;
  readonly template: Template;
  /** Its file; the manifest of its assets lies beside it. */
  readonly file: string;
}

interface AssemblyManifest {
  readonly artifacts?: Record<
    string,
    { readonly properties?: { readonly templateFile?: string; readonly stackName?: string } }
  >;
}

function templateFiles(location: string): string[] {
  if (statSync(location).isFile()) return [location];
  return readdirSync(location, { withFileTypes: true }).flatMap((entry) => {
    const full = path.join(location, entry.name);
    if (entry.isDirectory()) return entry.name.startsWith('assembly-') ? templateFiles(full) : [];
    return entry.name.endsWith('.template.json') ? [full] : [];
  });
}

/** The name that a stack is deployed under; without a manifest, that of its file. */
function stackName(file: string): string {
  const manifest = path.join(path.dirname(file), 'manifest.json');
  const { artifacts = {} } = existsSync(manifest)
    ? (JSON.parse(readFileSync(manifest, 'utf8')) as AssemblyManifest)
    : {};
  const artifact = Object.values(artifacts).find(({ properties }) => properties?.templateFile === path.basename(file));
  return artifact?.properties?.stackName ?? path.basename(file).replace(/(\.nested)?\.template\.json$|\.json$/, '');
}

/**
 * Reads a template file, or every template of a `cdk.out` directory (nested assemblies included).
 *
 * @param stacks names of the stacks that count; default all
 * @throws Error when there is no template, or no stack of a name
 */
export function readTemplates(location: string, stacks?: readonly string[]): NamedTemplate[] {
  const files = templateFiles(location).sort();
  if (files.length === 0) throw new Error(`${location} holds no *.template.json: synthesize first (cdk synth)`);
  const templates = files.map((file) => ({
    stackName: stackName(file),
    template: JSON.parse(readFileSync(file, 'utf8')) as Template,
    file,
  }));
  const names = templates.map((template) => template.stackName);
  const missing = stacks?.find((name) => !names.includes(name));
  if (missing !== undefined) throw new Error(`${location} has no stack "${missing}"; its stacks: ${names.join(', ')}`);
  return templates.filter(({ stackName: name }) => stacks?.includes(name) ?? true);
}

/** One resolver per stack; each finds what the others export or put out. */
export class SynthesizedStacks implements OtherStacks {
  public readonly all: readonly { readonly stack: NamedTemplate; readonly resolver: IntrinsicResolver }[];

  public constructor(templates: readonly NamedTemplate[], place: Place) {
    this.all = templates.map((stack) => ({
      stack,
      resolver: new IntrinsicResolver(stack.template, place, stack.stackName, this),
    }));
  }

  public exported(name: string): string | undefined {
    for (const { stack, resolver } of this.all) {
      const found = Object.values(stack.template.Outputs ?? {}).find(
        (output) => output.Export !== undefined && resolver.text(output.Export.Name) === name,
      );
      if (found !== undefined) return resolver.text(found.Value);
    }
    return undefined;
  }

  public output(stackName: string, name: string): string | undefined {
    const found = this.all.find(({ stack }) => stack.stackName === stackName);
    const output = found?.stack.template.Outputs?.[name];
    return output === undefined ? undefined : found!.resolver.text(output.Value);
  }
}
