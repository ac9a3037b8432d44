import * as fs from 'fs';
import * as path from 'path';
import { CfnElement, Stack, Stage, Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { nestedLogicalId, stackId } from '../declaration/stack-id';

/** A stack with its final template, as plain data for the analysis (`StackData` there). */
export interface StackTemplate {
  /** Construct path of the stack; for a nested stack the id of its parent, `/` and a logical id. Unique in an app. */
  readonly id: string;
  /** Name of the deployed stack, if known. */
  readonly stackName?: string;
  /** Account of the stack, unless it is decided at deployment. */
  readonly account?: string;
  /** Region of the stack, unless it is decided at deployment. */
  readonly region?: string;
  readonly template: object;
  readonly templatePath: string;
  /** The resource of the parent template that deploys this nested stack. */
  readonly nestedIn?: { readonly sourceId: string; readonly logicalId: string };
  /** Construct path of a resource, where it is known. */
  readonly constructPathOf: (logicalId: string) => string | undefined;
}

/**
 * Reads the final templates of every stack at or below a scope, nested stacks included. They must have been synthesized.
 *
 * @param scope an App, a Stage, a Stack or any construct that holds stacks.
 */
export function readConstructTree(scope: IConstruct): StackTemplate[] {
  const stacks = stacksBelow(scope);
  const ids = new Map(stacks.map((stack) => [stack, stackId(stack)]));
  return stacks.map((stack): StackTemplate => {
    const outdir = Stage.of(stack)?.outdir ?? '';
    const templatePath = path.join(outdir, stack.templateFile);
    const parent = stack.nestedStackParent;
    const place = parent && { sourceId: ids.get(parent) ?? stackId(parent), logicalId: nestedLogicalId(stack) };
    let paths: Map<string, string> | undefined;
    return {
      id: ids.get(stack)!,
      // The name of a nested stack is decided at deployment.
      stackName: Token.isUnresolved(stack.stackName) ? undefined : stack.stackName,
      account: literal(stack.account),
      region: literal(stack.region),
      template: JSON.parse(fs.readFileSync(templatePath, 'utf8')) as object,
      templatePath,
      nestedIn: place,
      constructPathOf: (logicalId) => (paths ??= constructPaths(stack)).get(logicalId),
    };
  });
}

/** The stacks at or below a scope; for a scope inside a stack, that stack. */
export function stacksBelow(scope: IConstruct): Stack[] {
  const stacks: Stack[] = [];
  const visit = (node: IConstruct): void => {
    if (Stack.isStack(node)) {
      stacks.push(node);
    }
    node.node.children.forEach(visit);
  };
  visit(scope);
  return stacks.length > 0 || Stage.isStage(scope) ? stacks : [Stack.of(scope)];
}

function literal(text: string): string | undefined {
  return Token.isUnresolved(text) ? undefined : text;
}

/** Construct paths of the elements of one stack, by logical id. Computed only for a report. */
function constructPaths(stack: Stack): Map<string, string> {
  const paths = new Map<string, string>();
  const visit = (node: IConstruct): void => {
    if (CfnElement.isCfnElement(node)) {
      paths.set(stack.resolve(node.logicalId) as string, node.node.path);
    }
    for (const child of node.node.children) {
      if (!Stack.isStack(child)) {
        visit(child);
      }
    }
  };
  visit(stack);
  return paths;
}
