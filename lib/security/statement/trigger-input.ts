import { STARTER_CONFIGURATION_FILE, type EventPlaceholder, type StarterConfiguration } from '../../contracts/starter';
import { objectOf, sorted, type Item, type Source } from './source';

type Properties = Readonly<Record<string, unknown>>;

/** What of an event reaches the prompt: what a starter on the way puts into it, else what the target gets of the event. */
export function passedIn(target: Properties, way: readonly Item[], source: Source): string[] {
  for (const item of way) {
    const starter = starterFields(item, source);
    if (starter) {
      return starter;
    }
  }
  const { Input, InputPath, InputTransformer } = target;
  const transformer = objectOf(InputTransformer);
  if (transformer.InputTemplate !== undefined) {
    const paths = Object.values(objectOf(transformer.InputPathsMap)).map((path) => source.text(path));
    return paths.length ? sorted(paths) : ['a fixed text'];
  }
  if (Input !== undefined) {
    return ['a fixed text'];
  }
  return [InputPath === undefined ? 'the whole event' : source.text(InputPath)];
}

/** The placeholders of the starter's prompt template, from the code of the function in the assembly. */
function starterFields(item: Item, source: Source): string[] | undefined {
  const key = source.text(objectOf(item.properties.Code).S3Key);
  const hash = /^(?:.*\/)?([0-9a-f]{64})\.zip$/.exec(key)?.[1];
  const text = hash && source.file(item, `asset.${hash}/${STARTER_CONFIGURATION_FILE}`);
  if (!text) {
    return undefined;
  }
  try {
    const { format, prompt } = JSON.parse(text) as StarterConfiguration;
    if (format !== 'cdk-bedrock-managed-agents/starter/1') {
      return undefined;
    }
    return sorted([
      'a fixed text',
      ...prompt.flatMap(({ placeholder }) => (placeholder ? [fieldText(placeholder)] : [])),
    ]);
  } catch {
    return undefined;
  }
}

function fieldText({ name, type, limit }: EventPlaceholder): string {
  return `${name} (${type}${limit === undefined ? '' : `, at most ${limit} characters`})`;
}
