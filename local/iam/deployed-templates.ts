/** The templates of a deployment, read with every value known: names, ARNs, parameters, conditions. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Assembly, Stack } from '../../analysis/model/assembly';
import { literalOf } from '../../analysis/model/compose-text';
import { inPlace, LOGICAL_ID_NAMES } from '../../analysis/model/deployed';
import { readDirectory } from '../../analysis/model/read-directory';
import { TemplateModel } from '../../analysis/model/template-model';
import { readTemplateFiles } from '../../analysis/model/read-template-files';
import { OptionError } from '../options';

/** The account and Region of the deployment. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
  readonly partition: string;
}

/**
 * Reads a template file, a directory with templates, or a cloud assembly (`cdk.out`, nested assemblies and stacks
 * included).
 *
 * @param stacks names of the stacks that are deployed, with their nested stacks; default all
 * @throws Error when there is no template, or no stack of a name
 */
export function readDeployed(location: string, place: Place, stacks?: readonly string[]): TemplateModel {
  const assembly = inPlace(read(location), place);
  const roots = assembly.stacks.filter(({ nestedIn }) => nestedIn === undefined);
  const missing = stacks?.find((name) => !roots.some((stack) => nameOf(stack) === name));
  if (missing !== undefined) {
    throw new Error(`${location} has no stack "${missing}"; its stacks: ${roots.map(nameOf).join(', ')}`);
  }
  const byId = new Map(assembly.stacks.map((stack) => [stack.id, stack]));
  const isDeployed = (stack: Stack): boolean => {
    const parent = stack.nestedIn && byId.get(stack.nestedIn.stack);
    return parent === undefined ? (stacks?.includes(nameOf(stack)) ?? true) : isDeployed(parent);
  };
  return new TemplateModel({ ...assembly, stacks: assembly.stacks.filter(isDeployed) }, LOGICAL_ID_NAMES);
}

/** The same for a template that a person names. @throws OptionError when there is no template that can be read */
export function deployed(...[template, place, stacks]: Parameters<typeof readDeployed>): TemplateModel {
  try {
    return readDeployed(template, place, stacks);
  } catch (error) {
    const { message } = error as Error;
    throw new OptionError(
      message.includes('Fix: ') ? message : `${template} can't be read: ${message}. Fix: give a template or a cdk.out.`,
    );
  }
}

/** The name of a deployed stack. */
export function nameOf(stack: Stack): string {
  return (stack.name && literalOf(stack.name)) ?? stack.id;
}

function read(location: string): Assembly {
  if (statSync(location).isFile()) return readTemplateFiles([location]);
  if (existsSync(path.join(location, 'manifest.json'))) return readDirectory(location);
  const files = readdirSync(location).filter((name) => name.endsWith('.template.json'));
  if (files.length === 0) throw new Error(`${location} holds no *.template.json: synthesize first (cdk synth)`);
  return readTemplateFiles(files.sort().map((name) => path.join(location, name)));
}
