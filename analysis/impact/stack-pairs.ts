import type { Stack } from '../model/assembly';
import { printed } from '../model/printed-text';
import type { TemplateModel } from '../model/template-model';

/** A deployed stack and its new version. */
export interface StackPair {
  readonly before?: Stack;
  readonly after?: Stack;
}

/**
 * CloudFormation identifies a stack by its name, account and Region: a renamed stack is a new one, and the old one is
 * kept. A nested stack is identified by its resource.
 */
export function stackPairs(before: TemplateModel, after: TemplateModel): StackPair[] {
  const [old, now] = [stacksOf(before), stacksOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])].map((key) => {
    const [was, is] = [old.get(key), now.get(key)];
    return { ...(was ? { before: was } : {}), ...(is ? { after: is } : {}) };
  });
}

/** Account and Region, where they are known. */
export const placeOf = ({ account, region }: Stack): string => `${printed(account)} ${printed(region)}`;

function stacksOf(model: TemplateModel): Map<string, Stack> {
  const stacks = model.readers.map(({ stack }) => stack);
  const byId = new Map(stacks.map((stack) => [stack.id, stack]));
  const keyOf = (stack: Stack): string => {
    const parent = stack.nestedIn && byId.get(stack.nestedIn.stack);
    return parent && stack.nestedIn
      ? `${keyOf(parent)}/${stack.nestedIn.logicalId}`
      : `${placeOf(stack)} ${stack.name ? printed(stack.name) : stack.id}`;
  };
  return new Map(stacks.map((stack) => [keyOf(stack), stack]));
}
