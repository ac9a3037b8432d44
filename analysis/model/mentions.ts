import type { Resource } from './assembly';
import type { Model } from './model';
import type { Node } from './node';
import type { Text } from './text';
import { remembered } from './remembered';

/** A resource that a property of another one names. */
export interface Mention {
  readonly resource: Resource;
  readonly node: Node;
  /** Keys of the property, from the first level on. */
  readonly path: readonly string[];
}

/** Properties that may hold the plain name of a resource, and the types that the resource can have. */
const PLAIN_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['Bucket', ['AWS::S3::Bucket']],
  ['EventBusName', ['AWS::Events::EventBus']],
  ['FunctionArn', ['AWS::Lambda::Function']],
  ['FunctionName', ['AWS::Lambda::Function', 'AWS::Lambda::WebFunction']],
  ['LambdaFunctionName', ['AWS::Lambda::Function']],
  ['LogGroupName', ['AWS::Logs::LogGroup']],
  ['S3BucketName', ['AWS::S3::Bucket']],
  ['StreamName', ['AWS::Kinesis::Stream']],
  ['TableName', ['AWS::DynamoDB::Table']],
  ['TargetFunctionArn', ['AWS::Lambda::Function']],
]);

const MAX_DEPTH = 12;

/** The other resources that the properties of a resource name, read once. */
export function mentionsOf(model: Model, resource: Resource): readonly Mention[] {
  return remembered(model.view(memory), resource, () => mentionsBelow(model, resource, () => true));
}

function memory(): Map<Resource, readonly Mention[]> {
  return new Map();
}

/** What the properties of a resource name, except below keys that the caller doesn't ask for. */
export function mentionsBelow(
  model: Model,
  resource: Resource,
  asked: (key: string, depth: number) => boolean,
): Mention[] {
  const found: Mention[] = [];
  const path: string[] = [];
  const isAsked = (text: string, key: string): boolean => mayName(text) || PLAIN_NAMES.has(key);
  const below = (key: string, value: Node): void => {
    if (asked(key, path.length)) {
      path.push(key);
      visit(value);
      path.pop();
    }
  };
  const visit = (node: Node): void => {
    const key = path.length > 0 ? path[path.length - 1] : '';
    if (node.kind === 'object') {
      if (path.length < MAX_DEPTH) {
        node.eachMember(isAsked, below);
      }
    } else if (node.kind === 'list') {
      node.eachMember(PLAIN_NAMES.has(key) ? () => true : mayName, (_, item) => visit(item));
    } else {
      const names = PLAIN_NAMES.get(key);
      for (const { value } of node.texts()) {
        for (const target of named(model, value, names)) {
          if (target !== resource) {
            found.push({ resource: target, node, path: [...path] });
          }
        }
      }
    }
  };
  visit(resource.properties);
  return found;
}

/** Whether a literal text may be an ARN or a URL, or contain one. */
function mayName(text: string): boolean {
  return text.includes('arn:') || text.includes('https:');
}

function named(model: Model, text: Text, types: readonly string[] | undefined): readonly Resource[] {
  const [first] = text;
  const isPlain = text.length === 1 && typeof first === 'string' && !mayName(first);
  if (!isPlain) {
    const mentioned = model.mentioned(text);
    if (mentioned.length > 0) {
      return mentioned;
    }
  }
  return types ? model.named(text, ...types).map(({ resource }) => resource) : [];
}
