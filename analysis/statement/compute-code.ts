import type { Guard } from '../model/guard';
import type { Text } from '../model/text';
import type { Agent } from './agent';
import { type App, distinctBy, whenOf } from './app';
import type { ComputeCode } from './statement';

/** What can't be read from the template. */
const UNKNOWN = 'unknown';

/** The image or the code archive that the compute of an agent runs, one for each value that the template can have. */
export function codeOf(app: App, { runtime, kind }: Agent): ComputeCode[] {
  const images = runtime.properties
    .at(...kind.image)
    .flatMap((node) => node.texts())
    .map(({ value, guard }) => imageOf(app, value, guard));
  const found = images.length > 0 ? images : archivesOf(app, { runtime, kind });
  return found.length > 0
    ? distinctBy(found, (each) => JSON.stringify(each))
    : [{ kind: UNKNOWN, name: UNKNOWN, version: UNKNOWN }];
}

function imageOf(app: App, value: Text, guard: Guard): ComputeCode {
  const shown = app.text(value);
  // Values that the deployment fills in contain no separator of this text.
  const written = shown.replace(/\$\{[^{}]*\}/g, (hole) => '_'.repeat(hole.length));
  const at = written.indexOf('@');
  const colon = written.lastIndexOf(':');
  const end = at >= 0 ? at : colon > written.lastIndexOf('/') ? colon : undefined;
  const version =
    at >= 0
      ? `digest ${shown.slice(at + 1)}`
      : end !== undefined
        ? `tag ${shown.slice(end + 1)}`
        : // A value of the deployment as a whole can have a tag or a digest.
          /\}$/.test(shown)
          ? UNKNOWN
          : 'tag latest, because none is stated';
  return { kind: 'image', name: shown.slice(0, end), version, ...whenOf(guard) };
}

/** An object in Amazon S3. */
function archivesOf(app: App, { runtime, kind }: Pick<Agent, 'runtime' | 'kind'>): ComputeCode[] {
  return (kind.codeArchive ? runtime.properties.at(...kind.codeArchive) : []).map((archive): ComputeCode => {
    const [bucket, key, version] = ['Bucket', 'Prefix', 'VersionId'].map((property) => app.said(archive.at(property)));
    return {
      kind: 'archive',
      name: `s3://${bucket || UNKNOWN}/${key || UNKNOWN}`,
      version: version ? `version ${version}` : UNKNOWN,
      ...whenOf(archive.guard),
    };
  });
}
