import * as fs from 'node:fs';
import * as path from 'node:path';
import { at, entriesOf } from './json';

/** A finding that somebody has accepted with `Validations.acknowledge`. */
export interface Acknowledgement {
  /** Construct path of the scope. */
  readonly scope: string;
  /** `ManagedAgentChecks::MA-AUD1`. */
  readonly rule: string;
  readonly reason: string;
}

/** The acknowledgements that the CDK records in a cloud assembly, with nested assemblies. */
export function readAcknowledgements(directory: string): Acknowledgement[] {
  const read = (file: string) => JSON.parse(fs.readFileSync(path.join(directory, file), 'utf8')) as unknown;
  return entriesOf(at(read('manifest.json'), 'artifacts')).flatMap(([, artifact]) => {
    const nested = at(artifact, 'properties', 'directoryName');
    if (at(artifact, 'type') === 'cdk:cloud-assembly' && typeof nested === 'string') {
      return readAcknowledgements(path.join(directory, nested));
    }
    const file = at(artifact, 'properties', 'additionalMetadataFile') ?? at(artifact, 'additionalMetadataFile');
    const metadata = at(artifact, 'metadata') ?? (typeof file === 'string' ? read(file) : {});
    return entriesOf(metadata).flatMap(([scope, entries]) =>
      (Array.isArray(entries) ? (entries as unknown[]) : [])
        .filter((entry) => at(entry, 'type') === 'aws:cdk:acknowledged-rules')
        .flatMap((entry) => entriesOf(at(entry, 'data')))
        .map(([rule, reason]) => ({ scope: scope.replace(/^\//, ''), rule, reason: String(reason) })),
    );
  });
}
