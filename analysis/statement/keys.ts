import type { Resource } from '../model/assembly';
import { isObject } from '../model/json';
import { keyTest } from '../model/key-test';
import type { Node } from '../model/node';
import type { TemplateModel } from '../model/template-model';
import { type App, appOf, sortedBy } from './app';
import type { KeyRecord } from './statement';

/** The keys in some stacks, with the resources that they encrypt. */
export function keysOf(app: App, stacks: ReadonlySet<string>): KeyRecord[] {
  const users = app.model.view(usersByKey);
  return app
    .items('AWS::KMS::Key')
    .filter(({ stack }) => stacks.has(stack.id))
    .map((key) => {
      const counts = new Map<string, number>();
      for (const { type } of users.get(key.id) ?? []) {
        counts.set(type, (counts.get(type) ?? 0) + 1);
      }
      return {
        name: app.nameOf(key),
        rotates: app.isTrue(key.properties.at('EnableKeyRotation')),
        encrypts: sortedBy(
          [...counts].map(([type, count]) => ({ type, count })),
          ({ type }) => type,
        ),
      };
    });
}

/** Resources by the key that a property about encryption names. */
function usersByKey(model: TemplateModel): Map<string, Resource[]> {
  const app = appOf(model);
  const users = new Map<string, Resource[]>();
  for (const resource of model.resources.filter(({ raw }) => namesKeys(raw.Properties))) {
    const keys = app.mentioned(keyNodes(resource.properties)).filter(({ type }) => type === 'AWS::KMS::Key');
    keys.forEach(({ id }) => users.set(id, [...(users.get(id) ?? []), resource]));
  }
  return users;
}

const isKeyProperty = keyTest(/kms|SSESpecification/i);
/** Policies also contain keys, without being encrypted. */
const isPolicy = keyTest(/Policy|Statement/);

/** Whether the template has such a property at all: most resources don't, and are not resolved. */
function namesKeys(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.some(namesKeys);
  }
  if (!isObject(value)) {
    return false;
  }
  for (const name in value) {
    const inner = value[name];
    if (!isPolicy(name) && (isKeyProperty(name) || (typeof inner === 'object' && namesKeys(inner)))) {
      return true;
    }
  }
  return false;
}

function keyNodes(node: Node): Node[] {
  return node.kind === 'list'
    ? node.items().flatMap(keyNodes)
    : node.kind === 'object'
      ? node
          .entries()
          .filter(([name]) => !isPolicy(name))
          .flatMap(([name, inner]) => (isKeyProperty(name) ? [inner] : keyNodes(inner)))
      : [];
}
