import { replacingProperties } from '../facts/replacements';
import type { Resource } from '../model/assembly';
import { nameFormsOf } from '../model/name-forms';
import { printed } from '../model/printed-text';
import type { TemplateModel } from '../model/template-model';
import type { Effect } from './effect';
import { creates, ends, idOf, isKept, isOrMayBe, nameOf, printedAt, type Scene } from './scene';
import { addTo } from '../model/list-map';

/** A name that a template gives to a resource, and where it has to be unique. */
interface GivenName {
  readonly resource: Resource;
  readonly name: string;
  /** Equal for two resources that can't exist at the same time. */
  readonly key: string;
}

/** Names that are taken when a resource is created: in the same stack, another stack, Region or Stage. */
export function nameEffects({ before, after, changes }: Scene): Effect[] {
  const created = new Map(changes.filter(creates).map((change) => [idOf(change), change]));
  const ended = new Map(changes.filter(ends).map((change) => [idOf(change), change]));
  const [old, now] = [namesIn(before), namesIn(after, created)];
  const taken = now
    .filter(({ resource }) => created.has(resource.id))
    .flatMap(({ resource, name, key }) =>
      old
        .filter((each) => each.key === key)
        .map(({ resource: holder }): Effect => {
          const change = created.get(resource.id)!;
          const end = ended.get(holder.id);
          // A renamed stack has the same ids, and its resources are added next to the old ones.
          if (holder.id === resource.id && change.action !== 'add') {
            return {
              level: 'blocks',
              kind: 'named-resource-replaced',
              subject: nameOf(resource),
              says: `The {} ${isOrMayBe(change, 'replaced')} and keeps its name {}: CloudFormation can't create the new one while the old one exists`,
              names: [resource.type, name],
              fix: 'change the name, or let CloudFormation choose it',
            };
          }
          return {
            level: 'blocks',
            kind: 'name-taken',
            subject: nameOf(resource),
            says: `The new {} is called {}, and {} ${holds(end, holder, resource)}`,
            names: [resource.type, name, nameOf(holder)],
            fix: 'choose another name, or delete the old resource first',
          };
        }),
    );
  return [...taken, ...shared(now, new Set(old.map(({ key, resource }) => `${key} ${resource.id}`)))];
}

function holds(end: Parameters<typeof isKept>[0] | undefined, holder: Resource, resource: Resource): string {
  if (end === undefined) return 'has that name';
  if (isKept(end)) return 'keeps that name after it leaves its stack';
  return holder.stack.id === resource.stack.id
    ? 'has that name until the end of the deployment'
    : 'has that name until its stack is deployed or deleted';
}

/** Names that two resources of the new assembly have. Conflicts that existed before aren't reported. */
function shared(names: readonly GivenName[], known: ReadonlySet<string>): Effect[] {
  const byKey = new Map<string, GivenName[]>();
  for (const each of names) addTo(byKey, each.key, each);
  return [...byKey.values()]
    .filter((same) => same.length > 1 && !same.every(({ key, resource }) => known.has(`${key} ${resource.id}`)))
    .map(([first, ...others]) => ({
      level: 'blocks' as const,
      kind: 'name-shared' as const,
      subject: nameOf(first.resource),
      says: 'Several resources of type {} are called {}: this one and {}. Only the first can be created',
      names: [first.resource.type, first.name, others.map(({ resource }) => nameOf(resource)).join(', ')],
      fix: 'put the Stage or the Region into the name, or let CloudFormation choose it',
    }));
}

/**
 * Names that a resource has each time it is created: without an id that the deployment makes.
 *
 * @param stackStays whether it would be created in the same stack, which keeps its id
 */
export function fixedNames(resource: Resource, stackStays: boolean): string[] {
  const property = nameProperty(resource.type);
  return property === undefined
    ? []
    : printedAt(resource, property).filter(
        (name) => !name.replace(stackStays ? FIXED_IN_STACK : FIXED, '').includes('${'),
      );
}

const FIXED = /\$\{AWS::(AccountId|Region|Partition|StackName)\}/g;
const FIXED_IN_STACK = /\$\{AWS::(AccountId|Region|Partition|StackName|StackId( \d)?)\}/g;

/** @param created resources that are new, so that a name below one, or made from its id, is new, too */
function namesIn(model: TemplateModel, created: ReadonlyMap<string, unknown> = new Map()): GivenName[] {
  const fresh = (text: string) =>
    text.replace(/\$\{([^}.]*)/g, (whole, id: string) => (created.has(id) ? `${whole} (new)` : whole));
  return model.resources.flatMap((resource) => {
    const property = nameProperty(resource.type);
    return property === undefined
      ? []
      : printedAt(resource, property).map((name) => ({ resource, name, key: fresh(keyOf(resource, name)) }));
  });
}

/** Names that have to be unique, although the resource has another id and its name can be changed. */
const UNIQUE_NAMES: Readonly<Record<string, string>> = { 'AWS::Bedrock::Guardrail': 'Name' };

/** The property with the name: by the tables, else one that can't change and is called like the type. */
function nameProperty(type: string): string | undefined {
  const known = nameFormsOf(type)?.name ?? UNIQUE_NAMES[type];
  if (known !== undefined) return known;
  const own = type.slice(type.lastIndexOf(':') + 1);
  return replacingProperties(type)?.find((property) => property === 'Name' || property.endsWith(`${own}Name`));
}

/** Type and name, in the account and Region where it has to be unique, below the resource that it belongs to. */
function keyOf(resource: Resource, name: string): string {
  const { type, stack } = resource;
  const form = nameFormsOf(type)?.arn;
  // A trail of all Regions has a copy with its name in each of them.
  const everywhere = type === 'AWS::CloudTrail::Trail' && printedAt(resource, 'IsMultiRegionTrail').includes('true');
  const regional = (form === undefined || /^[\w-]+:R:/.test(form) || form.startsWith('{')) && !everywhere;
  const inAccount = !form?.startsWith('s3:::');
  const parents =
    form === undefined ? parentsOf(type) : [...form.matchAll(/\{([A-Z]\w*)/g)].map(([, property]) => property);
  return [
    type,
    ...(inAccount ? [printed(stack.account)] : []),
    ...(regional ? [printed(stack.region)] : []),
    ...parents
      .filter((property) => property !== nameProperty(type))
      .flatMap((property) => printedAt(resource, property)),
    name,
  ].join(' ');
}

/** Properties of a type without a row that say to what a resource belongs. */
function parentsOf(type: string): string[] {
  return (replacingProperties(type) ?? []).filter((property) => /(Id|Arn|Name|Identifier)$/.test(property));
}
