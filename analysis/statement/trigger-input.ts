import {
  STARTER_CONFIGURATION_FILE,
  STARTER_FORMAT,
  type EventPlaceholder,
  type StarterConfiguration,
} from '../../lib/contracts/starter';
import type { Resource } from '../model/assembly';
import type { Node } from '../model/node';
import { type App, sorted } from './app';
import { assetFile } from './asset-file';

/** The part of an event in the prompt: the placeholders of a starter, or else the input of the target. */
export function passedIn(app: App, way: readonly Resource[], target?: Node): string[] {
  for (const step of way) {
    const fields = starterFields(app, step);
    if (fields) {
      return fields;
    }
  }
  const input = (...keys: string[]) => target?.at(...keys) ?? [];
  if (input('InputTransformer', 'InputTemplate').length > 0) {
    const paths = input('InputTransformer', 'InputPathsMap').flatMap((node) => node.entries());
    return paths.length > 0 ? sorted(paths.map(([, path]) => app.said([path]))) : ['a fixed text'];
  }
  if (input('Input').length > 0) {
    return ['a fixed text'];
  }
  return [app.said(input('InputPath')) || 'the whole event'];
}

/** The placeholders of the starter's prompt template, from the code of the function in the assembly. */
function starterFields(app: App, step: Resource): string[] | undefined {
  const key = app.said(step.properties.at('Code', 'S3Key'));
  const hash = /^(?:.*\/)?([0-9a-f]{64})\.zip$/.exec(key)?.[1];
  const text = hash === undefined ? undefined : assetFile(step, `asset.${hash}/${STARTER_CONFIGURATION_FILE}`);
  if (text === undefined) {
    return undefined;
  }
  try {
    const { format, prompt } = JSON.parse(text) as StarterConfiguration;
    return format === STARTER_FORMAT
      ? sorted(['a fixed text', ...prompt.flatMap(({ placeholder }) => (placeholder ? [fieldText(placeholder)] : []))])
      : undefined;
  } catch {
    return undefined;
  }
}

function fieldText({ name, type, limit }: EventPlaceholder): string {
  return `${name} (${type}${limit === undefined ? '' : `, at most ${limit} characters`})`;
}
