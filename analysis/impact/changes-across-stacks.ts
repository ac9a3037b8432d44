import { at, entriesOf } from '../model/json';
import { printed } from '../model/printed-text';
import { comparable, importKey, outputKey } from './comparable-template';
import { resourceChanges, type ResourceChange, type StackChanges } from './resource-changes';
import type { StackPair } from './stack-pairs';

/**
 * The changes of all stacks, in the order of the pairs. A value that changes in one stack (the id of a replaced subnet)
 * changes the resources of the stacks that read it, so this is repeated until nothing is added.
 */
export function changesOf(pairs: readonly StackPair[]): (readonly ResourceChange[])[] {
  for (let outside = pairs.map(() => NONE); ;) {
    const changed = pairs.map(({ before, after }, index) => resourceChanges(before, after, outside[index]));
    const next = valuesFromOutside(pairs, changed);
    if (next.every((marks, index) => marks.size <= outside[index].size)) return changed.map(({ changes }) => changes);
    outside = next.map((marks, index) => new Set([...outside[index], ...marks]));
  }
}

const NONE: ReadonlySet<string> = new Set();

/** For each pair, the changed values that it reads from others. */
function valuesFromOutside(pairs: readonly StackPair[], changed: readonly StackChanges[]): Set<string>[] {
  const shared = new Set<string>();
  const own = pairs.map(() => new Set<string>());
  pairs.forEach(({ before, after }, index) => {
    if (!before || !after) return;
    const { marked } = changed[index];
    const parent = pairs.findIndex((pair) => pair.after !== undefined && pair.after.id === after.nestedIn?.stack);
    for (const name of differing(before.template, after.template, marked, 'Outputs')) {
      shared.add(outputKey(after.name ? printed(after.name) : after.id, name));
      const exported = at(after.template, 'Outputs', name, 'Export', 'Name');
      if (exported !== undefined) shared.add(importKey(exported));
      if (parent >= 0) own[parent].add(`Att ${after.nestedIn!.logicalId}.Outputs.${name}`);
    }
    if (parent >= 0) {
      const passed = ['Resources', after.nestedIn!.logicalId, 'Properties', 'Parameters'];
      const [old, now] = [pairs[parent].before?.template, pairs[parent].after!.template];
      for (const name of differing(old, now, changed[parent].marked, ...passed)) own[index].add(`Ref ${name}`);
    }
  });
  return own.map((marks) => new Set([...shared, ...marks]));
}

/** Keys of a part of two templates whose values differ. */
function differing(before: unknown, after: unknown, marked: ReadonlySet<string>, ...path: string[]): string[] {
  const old = at(comparable(before, NONE), ...path);
  return entriesOf(at(comparable(after, marked), ...path))
    .filter(([key, value]) => JSON.stringify(at(old, key)) !== JSON.stringify(value))
    .map(([key]) => key);
}
