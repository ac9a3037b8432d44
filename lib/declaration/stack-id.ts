import type { Stack } from 'aws-cdk-lib/core';

/** A nested stack has the name of its resource in the parent, which is also known from an assembly directory. */
export function stackId(stack: Stack): string {
  return stack.nestedStackParent ? `${stackId(stack.nestedStackParent)}/${nestedLogicalId(stack)}` : stack.node.path;
}

/** Logical id of the resource that deploys a nested stack, in the template of its parent. */
export function nestedLogicalId(stack: Stack): string {
  return stack.nestedStackParent!.resolve(stack.nestedStackResource!.logicalId) as string;
}
