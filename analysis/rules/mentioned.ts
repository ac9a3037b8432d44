import type { Resource } from '../model/assembly';
import { literalOf } from '../model/compose-text';
import type { Identity } from '../model/identities';
import type { Node } from '../model/node';
import type { TemplateModel } from '../model/template-model';
import type { Text } from '../model/text';
import { agentRoles } from './agent-roles';

/** Every resource that the properties of a resource mention. */
export function mentioned(model: TemplateModel, resource: Resource): Set<Resource> {
  const found = new Set<Resource>();
  for (const { node } of nodesOf(resource)) {
    node.texts().forEach(({ value }) => model.mentioned(value).forEach((each) => found.add(each)));
  }
  found.delete(resource);
  return found;
}

/** The values of the properties of a resource that are neither objects nor lists, with the keys that lead to them. */
export function* nodesOf({
  properties,
}: Resource): Iterable<{ readonly node: Node; readonly path: readonly string[] }> {
  const open: { readonly node: Node; readonly path: readonly string[] }[] = [{ node: properties, path: [] }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, path } = next;
    if (node.kind === 'object') {
      open.push(...node.entries().map(([key, value]) => ({ node: value, path: [...path, key] })));
    } else if (node.kind === 'list') {
      open.push(...node.items().map((item) => ({ node: item, path })));
    } else {
      yield next;
    }
  }
}

/** Whether a part of a template contains the name of a role of an agent, also within other text. */
export function namesARole(
  model: TemplateModel,
  part: unknown,
  roles: readonly Identity[] = agentRoles(model).map(({ identity }) => identity),
  written: (name: string) => string = (name) => name,
): boolean {
  const text = JSON.stringify(part) ?? '';
  return roles.flatMap(literalNames).some((name) => text.includes(written(name)));
}

/** The names that the template gives to a role. */
export function literalNames({ resource }: Identity): string[] {
  return (resource?.properties.at('RoleName') ?? [])
    .flatMap((node) => node.texts())
    .flatMap(({ value }) => literalOf(value) ?? []);
}

/** The functions and topics that handle a custom resource. */
export function serviceTokens({ properties }: Resource): Text[] {
  return properties
    .at('ServiceToken')
    .flatMap((node) => node.texts())
    .map(({ value }) => value);
}
