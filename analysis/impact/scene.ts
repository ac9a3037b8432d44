import type { Resource } from '../model/assembly';
import { referencesOf } from '../model/compose-text';
import { printed } from '../model/printed-text';
import type { TemplateModel } from '../model/template-model';
import type { ResourceChange } from './resource-changes';
import type { StackPair } from './stack-pairs';

/** The input for computing the effects. */
export interface Scene {
  readonly before: TemplateModel;
  readonly after: TemplateModel;
  readonly pairs: readonly StackPair[];
  readonly changes: readonly ResourceChange[];
}

/** Changes that create a resource in the account, before anything is deleted. */
export const creates = ({ action }: ResourceChange): boolean =>
  action === 'add' || action === 'replace' || action === 'may replace';

/** Changes that end a resource: it is deleted, unless it is kept. */
export const ends = ({ action }: ResourceChange): boolean =>
  action === 'remove' || action === 'retain' || action === 'replace' || action === 'may replace';

/** Whether the removed resource stays in the account. */
export const isKept = (change: ResourceChange): boolean =>
  change.action === 'retain' || (change.action !== 'remove' && change.keepsOld);

export const idOf = ({ stack, logicalId }: ResourceChange): string => `${stack}#${logicalId}`;

/** How certain a change is, for sentences. */
export const isOrMayBe = ({ action }: ResourceChange, verb: string): string =>
  action === 'may replace' ? `may be ${verb}` : `is ${verb}`;

/** The name of a resource: its construct path, if it is known. */
export const nameOf = ({ constructPath, id }: Resource): string => constructPath ?? id;

/** The texts of a property, printed. */
export function printedAt(resource: Resource, ...keys: string[]): string[] {
  return resource.properties
    .at(...keys)
    .flatMap((node) => node.items())
    .flatMap((node) => node.texts())
    .map(({ value }) => printed(value));
}

/** Ids of the resources that a property names, also through exports. */
export function namedAt(resource: Resource, ...keys: string[]): string[] {
  return resource.properties
    .at(...keys)
    .flatMap((node) => node.items())
    .flatMap((node) => node.texts())
    .flatMap(({ value }) => referencesOf(value))
    .map(({ resource: id }) => id);
}
