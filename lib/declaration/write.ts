import { Aspects, CfnResource, Lazy, Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { DECLARATIONS_KEY, type DeclarationRecord } from '../contracts/declarations';

/** Creates the record for the template of a stack; undefined if the declaration doesn't apply there. */
export type RecordFor = (stack: Stack) => DeclarationRecord | undefined;

/** The declarations of each scope, in the order in which they were added. */
const declared = new WeakMap<IConstruct, RecordFor[]>();

/** The records in the template of each stack. */
const written = new WeakMap<Stack, Set<IConstruct>>();

/**
 * Writes declarations to the metadata of every template at or below a scope, including stacks that are created later.
 */
export function declare(scope: IConstruct, ...records: RecordFor[]): void {
  const known = declared.get(scope);
  if (known) {
    known.push(...records);
    return;
  }
  declared.set(scope, [...records]);
  Aspects.of(scope).add({
    visit: (node) => {
      if (Stack.isStack(node)) {
        attach(node, scope);
      } else if (node === scope && scope.node.scopes.some((each) => Stack.isStack(each))) {
        attach(Stack.of(scope), scope);
      }
    },
  });
}

function attach(stack: Stack, scope: IConstruct): void {
  const scopes = written.get(stack);
  if (scopes) {
    scopes.add(scope);
    return;
  }
  written.set(stack, new Set([scope]));
  const byHand = stack.templateOptions.metadata?.[DECLARATIONS_KEY] as unknown;
  stack.addMetadata(
    DECLARATIONS_KEY,
    Lazy.any(
      { produce: () => [...(Array.isArray(byHand) ? (byHand as unknown[]) : []), ...recordsOf(stack)] },
      { omitEmptyArray: true },
    ),
  );
}

function recordsOf(stack: Stack): DeclarationRecord[] {
  const records = [...written.get(stack)!].flatMap((scope) => {
    const within = resourcesWithin(scope, stack);
    return declared.get(scope)!.flatMap((recordFor) => {
      const record = recordFor(stack);
      return record ? [within && record.kind !== 'unreadable' ? { ...record, within } : record] : [];
    });
  });
  // Several constructs may import the same VPC; one record is sufficient.
  return [...new Map(records.map((record) => [JSON.stringify(record), record])).values()];
}

/** Logical ids of the resources of a stack below a scope; undefined if the scope contains the whole stack. */
function resourcesWithin(scope: IConstruct, stack: Stack): string[] | undefined {
  return stack.node.scopes.includes(scope) ? undefined : resourceIds(scope, stack);
}

/** Logical ids of the resources at or below a construct that belong to a stack. */
export function resourceIds(construct: IConstruct, stack: Stack): string[] {
  return construct.node
    .findAll()
    .filter((node): node is CfnResource => CfnResource.isCfnResource(node) && node.stack === stack)
    .map((resource) => stack.resolve(resource.logicalId) as string)
    .sort();
}
