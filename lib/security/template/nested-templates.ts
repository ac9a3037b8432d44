import * as fs from 'fs';
import * as path from 'path';
import type { Template } from './template-source';

/** A nested stack of a template and the file that holds its own template. */
export interface NestedTemplate {
  readonly logicalId: string;
  /** Relative to the assembly directory. */
  readonly file: string;
}

/**
 * Finds the template files of nested stacks in an assembly directory: by the asset metadata the CDK CLI asks for, else
 * by the asset hash in the URL. Nested stacks whose template is elsewhere (a URL of the user's) cannot be read.
 */
export function nestedPlaces(directory: string, template: Template): NestedTemplate[] {
  return Object.entries(template.Resources ?? {}).flatMap(([logicalId, { Type, Metadata, Properties }]) => {
    if (Type !== 'AWS::CloudFormation::Stack') {
      return [];
    }
    const recorded = Metadata?.['aws:asset:path'];
    const file =
      typeof recorded === 'string' ? recorded : fileOfAsset(directory, JSON.stringify(Properties?.TemplateURL ?? ''));
    return file && fs.existsSync(path.join(directory, file)) ? [{ logicalId, file }] : [];
  });
}

function fileOfAsset(directory: string, url: string): string | undefined {
  const hash = /([0-9a-f]{64})\.json/.exec(url)?.[1];
  if (!hash) {
    return undefined;
  }
  for (const manifest of fs.readdirSync(directory).filter((name) => name.endsWith('.assets.json'))) {
    const { files } = JSON.parse(fs.readFileSync(path.join(directory, manifest), 'utf8')) as {
      files?: Record<string, { source?: { path?: string } }>;
    };
    const found = files?.[hash]?.source?.path;
    if (found) {
      return found;
    }
  }
  return undefined;
}
