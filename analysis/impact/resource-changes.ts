import {
  diffTemplate,
  ResourceImpact,
  type ResourceDifference,
  type TemplateDiff,
} from '@aws-cdk/cloudformation-diff/lib/diff-template';
import { isCustomResource } from '../facts/custom-resources';
import { replacingProperties } from '../facts/replacements';
import type { Stack } from '../model/assembly';
import { at, isObject } from '../model/json';
import { changedDefinitions, comparable } from './comparable-template';

/**
 * - `replace`, `may replace`: a new resource is created, then the old one is deleted, or kept by its UpdateReplacePolicy
 * - `update`: changed in place
 * - `update, not known`: the type isn't in AWS's specification, so it may be replaced
 * - `remove`: deleted
 * - `retain`: leaves the stack and stays in the account
 */
export type Action = 'add' | 'replace' | 'may replace' | 'update' | 'update, not known' | 'remove' | 'retain';

/** One changed resource of a stack. */
export interface ResourceChange {
  readonly action: Action;
  readonly stack: string;
  readonly logicalId: string;
  /** Construct path where it is known, else `<stack>#<logical id>`. */
  readonly path: string;
  readonly type: string;
  /** Properties that differ; those that replace the resource come first. */
  readonly properties: readonly string[];
  /** True when a replaced resource is kept (UpdateReplacePolicy). */
  readonly keepsOld: boolean;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
}

/** Reads whether a policy attribute keeps a resource. */
export const keeps = (policy: unknown): boolean => policy === 'Retain' || policy === 'RetainExceptOnCreate';

/** The changes of a stack, and the changed values for resources that reference it. */
export interface StackChanges {
  readonly changes: readonly ResourceChange[];
  /** As `comparable` takes it. */
  readonly marked: ReadonlySet<string>;
}

/**
 * What changes in a stack that exists in both assemblies, or in one of them.
 *
 * @param outside values of other stacks that change
 */
export function resourceChanges(
  before: Stack | undefined,
  after: Stack | undefined,
  outside: ReadonlySet<string>,
): StackChanges {
  const old = comparable(before?.template ?? {}, NONE);
  const definitions = before ? new Set([...changedDefinitions(before.template, after?.template), ...outside]) : NONE;
  const compare = (marked: ReadonlySet<string>) =>
    diffTemplate(old, comparable(after?.template ?? {}, marked)).resources;
  // A resource that references a replaced one changes, too, and may be replaced. The library follows references only
  // outside of functions, so each round marks the replacements of the last one: first the certain ones, then the
  // possible ones.
  const certain = closure(definitions, compare, [ResourceImpact.WILL_REPLACE]);
  const possible = closure(certain, compare, REPLACING, returnsOtherValues);
  const sure = compare(certain);
  const found: ResourceChange[] = [];
  compare(possible).forEachDifference((logicalId, difference) => {
    const { propertyUpdates } = difference;
    const surely = sure.changes[logicalId] as typeof difference | undefined;
    const changeImpact =
      difference.changeImpact === ResourceImpact.WILL_REPLACE && surely?.changeImpact !== ResourceImpact.WILL_REPLACE
        ? ResourceImpact.MAY_REPLACE
        : difference.changeImpact;
    const was = before && rawOf(before, logicalId);
    const is = after && rawOf(after, logicalId);
    const names = Object.keys(propertyUpdates);
    const type = String(at(is ?? was, 'Type'));
    if (type === USAGE_DATA) return;
    const action = actionOf(changeImpact, names, type);
    if (action === undefined) return;
    const stack = (after ?? before)!;
    found.push({
      action,
      stack: stack.id,
      logicalId,
      path: pathIn(after, logicalId, is) ?? pathIn(before, logicalId, was) ?? `${stack.id}#${logicalId}`,
      type,
      properties: names.sort((a, b) => rank(propertyUpdates[a].changeImpact) - rank(propertyUpdates[b].changeImpact)),
      keepsOld: keeps(at(was, 'UpdateReplacePolicy')),
      ...(was ? { before: was } : {}),
      ...(is ? { after: is } : {}),
    });
  });
  return { changes: found, marked: possible };
}

const NONE: ReadonlySet<string> = new Set();
/** Usage data of the CDK, which isn't a resource of the account (docs.aws.amazon.com/cdk/v2/guide/usage-data.html). */
const USAGE_DATA = 'AWS::CDK::Metadata';
const REPLACING = [ResourceImpact.WILL_REPLACE, ResourceImpact.MAY_REPLACE];

type Compared = TemplateDiff['resources'];

/** Adds the replaced resources to what is marked, and what is replaced because of them, until nothing is added. */
function closure(
  start: ReadonlySet<string>,
  compare: (marked: ReadonlySet<string>) => Compared,
  impacts: readonly ResourceImpact[],
  mayChange?: (difference: ResourceDifference) => boolean,
): ReadonlySet<string> {
  for (let marked = start; ;) {
    const next = new Set(marked);
    compare(marked).forEachDifference((logicalId, difference) => {
      if (impacts.includes(difference.changeImpact)) next.add(`Ref ${logicalId}`);
      if (mayChange?.(difference)) next.add(`Ref ${logicalId}`);
    });
    if (next.size === marked.size) return marked;
    marked = next;
  }
}

/** An updated custom resource can return other values, such as the digest of an image. */
function returnsOtherValues(difference: ResourceDifference): boolean {
  const { isUpdate, newResourceType, propertyUpdates } = difference;
  return isUpdate && isCustomResource(newResourceType ?? '') && Object.keys(propertyUpdates).length > 0;
}

const rank = (impact: ResourceImpact | undefined) => (impact && REPLACING.includes(impact) ? 0 : 1);

function actionOf(impact: ResourceImpact, names: readonly string[], type: string): Action | undefined {
  switch (impact) {
    case ResourceImpact.WILL_CREATE:
      return 'add';
    case ResourceImpact.WILL_DESTROY:
      return 'remove';
    case ResourceImpact.WILL_ORPHAN:
      return 'retain';
    case ResourceImpact.WILL_REPLACE:
      return 'replace';
    case ResourceImpact.MAY_REPLACE:
      return 'may replace';
    default:
      // Metadata, dependencies and policies change no resource.
      if (names.length === 0) return undefined;
      return replacingProperties(type) === undefined ? 'update, not known' : 'update';
  }
}

/** Whether a value has a `Ref` or `Fn::GetAtt` of one of some resources. */
export function namesOneOf(value: unknown, logicalIds: ReadonlySet<string>): boolean {
  const marked = new Set([...logicalIds].map((logicalId) => `Ref ${logicalId}`));
  return (
    JSON.stringify(comparable({ Resources: value }, marked)) !== JSON.stringify(comparable({ Resources: value }, NONE))
  );
}

function rawOf({ template }: Stack, logicalId: string): Readonly<Record<string, unknown>> | undefined {
  const raw = at(template, 'Resources', logicalId);
  return isObject(raw) ? raw : undefined;
}

function pathIn(stack: Stack | undefined, logicalId: string, raw: unknown): string | undefined {
  const recorded = at(raw, 'Metadata', 'aws:cdk:path');
  return stack?.constructPathOf(logicalId) ?? (typeof recorded === 'string' ? recorded : undefined);
}
