import type { Resource } from '../model/assembly';
import { literalOf } from '../model/compose-text';
import type { Node } from '../model/node';
import type { TemplateModel } from '../model/template-model';
import { valuesAt } from '../model/values-at';

/**
 * How a public entry is open. `open`: whoever finds it may use it. `weak`: no authorization is known, but something
 * else may limit it (an API key, a security group, a policy). `unread`: the setting that decides can't be read.
 */
export interface Opening {
  readonly how: 'open' | 'weak' | 'unread';
  readonly says: string;
  /** Where the setting is, or would be. */
  readonly path: readonly string[];
  /** For `unread`, the setting. */
  readonly nodes?: readonly Node[];
}

/** How one type of entry is judged; undefined if it has a known authorization. */
export type EntryJudge = (resource: Resource, model: TemplateModel) => Opening | undefined;

/** Judges an entry by one of its settings. */
export function setting(path: readonly string[], good: readonly string[], how: 'open' | 'weak' = 'open'): EntryJudge {
  return ({ properties, type }) => judged(valuesAt(properties, ...path), good, path, type, how);
}

/** How the values of a setting leave an entry open. */
export function judged(
  nodes: readonly Node[],
  good: readonly string[],
  path: readonly string[],
  type: string,
  how: 'open' | 'weak' = 'open',
): Opening | undefined {
  const texts = nodes.flatMap((node) => node.texts());
  const values = texts.map(({ value }) => literalOf(value));
  const bad = values.find((value) => value !== undefined && !good.includes(value));
  const name = path.at(-1)!;
  if (texts.length === 0) {
    return { how, path, says: `${type} has no ${name}` };
  }
  if (bad !== undefined) {
    return { how: bad === 'API_KEY' ? 'weak' : how, path, says: `${type} has the ${name} ${bad}` };
  }
  return values.includes(undefined) ? { how: 'unread', path, says: `the ${name} can't be read`, nodes } : undefined;
}
