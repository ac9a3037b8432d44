import * as fs from 'node:fs';
import * as path from 'node:path';

/** One resource of a synthesized template. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly Metadata?: Record<string, unknown>;
}

/** A synthesized stack: its name, where it goes, and its template. */
export interface SynthesizedStack {
  readonly name: string;
  readonly region: string;
  readonly templateFile: string;
  readonly resources: Record<string, TemplateResource>;
}

interface Manifest {
  readonly artifacts: Record<
    string,
    { type: string; environment?: string; displayName?: string; properties?: { templateFile?: string } }
  >;
}

/** Reads the stacks of a cloud assembly (`cdk.out`). */
export function readCloudAssembly(directory: string): SynthesizedStack[] {
  const manifest = JSON.parse(fs.readFileSync(path.join(directory, 'manifest.json'), 'utf8')) as Manifest;
  return Object.entries(manifest.artifacts)
    .filter(([, artifact]) => artifact.type === 'aws:cloudformation:stack')
    .map(([id, artifact]) => {
      const templateFile = path.join(directory, artifact.properties?.templateFile ?? `${id}.template.json`);
      const template = JSON.parse(fs.readFileSync(templateFile, 'utf8')) as {
        Resources: Record<string, TemplateResource>;
      };
      return {
        name: artifact.displayName ?? id,
        region: artifact.environment?.split('/').at(-1) ?? 'unknown-region',
        templateFile,
        resources: template.Resources,
      };
    });
}
