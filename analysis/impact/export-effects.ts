import { textKey } from '../model/compose-text';
import { TRUE } from '../model/guard';
import { at, entriesOf, isObject } from '../model/json';
import { printed } from '../model/printed-text';
import type { TemplateModel } from '../model/template-model';
import type { Stack } from '../model/assembly';
import { comparable } from './comparable-template';
import type { Effect } from './effect';
import { namesOneOf } from './resource-changes';
import { ends, type Scene } from './scene';
import { placeOf } from './stack-pairs';

/**
 * An output that another stack imports can be neither changed nor removed
 * (docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html).
 */
export function exportEffects(scene: Scene): Effect[] {
  return [...inUse(scene), ...takenNames(scene)];
}

function inUse({ before, after, pairs, changes }: Scene): Effect[] {
  const importers = importersOf(before);
  const stillImport = importersOf(after);
  return pairs.flatMap(({ before: old, after: now }): Effect[] => {
    if (!old || !now) return [];
    const replaced = new Set(
      changes.filter((change) => change.stack === now.id && ends(change)).map(({ logicalId }) => logicalId),
    );
    const kept = new Map(exportsOf(after, now).map((each) => [each.key, each.value]));
    return exportsOf(before, old).flatMap(({ key, name, value }): Effect[] => {
      const users = [...(importers.get(key) ?? [])].filter((user) => user !== old.id);
      const same = kept.get(key) === value && !namesOneOf(JSON.parse(value), replaced);
      if (users.length === 0 || same) return [];
      const freed = users.filter((user) => !stillImport.get(key)?.has(user));
      return [
        {
          level: 'blocks',
          kind: 'export-in-use',
          subject: now.id,
          says: `The export {} ${kept.has(key) ? 'changes' : 'is removed'}, and {} imports it: CloudFormation refuses this`,
          names: [name, users.join(', ')],
          fix:
            freed.length === users.length && kept.has(key) === false
              ? `deploy ${freed.join(', ')} first (destroy what leaves the app), or keep the export for one deployment (exportValue)`
              : 'keep the export as it is, and give the other stack the new value by another one',
        },
      ];
    });
  });
}

/** The name of an export is unique in an account and Region; source: the same page. */
function takenNames({ before, after, pairs }: Scene): Effect[] {
  const old = pairs.map((pair) => (pair.before ? exportsOf(before, pair.before) : []));
  const now = pairs.map((pair) => (pair.after ? exportsOf(after, pair.after) : []));
  return pairs.flatMap((pair, index): Effect[] =>
    now[index].flatMap(({ key, name }): Effect[] => {
      if (old[index].some((each) => each.key === key)) return [];
      const has = (exports: Exported[], other: number) => other !== index && exports.some((each) => each.key === key);
      const holder = old.findIndex(has);
      const twin = holder >= 0 ? holder : now.findIndex(has);
      // Two new ones are one finding, at the second.
      if (twin < 0 || (holder < 0 && twin > index)) return [];
      return [
        {
          level: 'blocks',
          kind: 'name-taken',
          subject: pair.after!.id,
          says: 'The new export is called {}, and {} has an export of that name: it is unique in the account and Region',
          names: [name, (pairs[twin].before ?? pairs[twin].after)!.id],
          fix: 'put the name of the stack into the name of the export',
        },
      ];
    }),
  );
}

interface Exported {
  readonly key: string;
  readonly name: string;
  readonly value: string;
}

function exportsOf(model: TemplateModel, stack: Stack): Exported[] {
  const outputs = comparable(stack.template, new Set()).Outputs;
  return entriesOf(outputs).flatMap(([output, definition]) =>
    model
      .nodes(stack, 'Outputs', output, 'Export', 'Name')
      .flatMap((node) => node.texts())
      .map(({ value }) => ({
        key: `${placeOf(stack)} ${textKey(value)}`,
        name: printed(value),
        value: JSON.stringify(at(definition, 'Value') ?? null),
      })),
  );
}

/** By export: the stacks that import it. */
function importersOf(model: TemplateModel): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const reader of model.readers) {
    const { stack } = reader;
    for (const name of importedNames(stack.template)) {
      for (const { value } of reader.texts(name, reader.origin('Resources'), TRUE)) {
        const key = `${placeOf(stack)} ${textKey(value)}`;
        found.set(key, (found.get(key) ?? new Set()).add(stack.id));
      }
    }
  }
  return found;
}

function importedNames(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(importedNames);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === 'Fn::ImportValue' ? [inner] : importedNames(inner)));
}
