import * as fs from 'fs';
import * as path from 'path';
import { CfnElement, Stack, Stage, Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { nestedLogicalId, stackId } from '../../declaration/stack-id';
import type { Template, TemplateSource } from './template-source';

/**
 * Reads the final templates of every stack at or below a scope, nested stacks included. They must have been synthesized.
 *
 * @param scope an App, a Stage, a Stack or any construct that holds stacks.
 */
export function readConstructTree(scope: IConstruct): TemplateSource[] {
  const stacks = stacksBelow(scope);
  const ids = new Map(stacks.map((stack) => [stack, stackId(stack)]));
  return stacks.map((stack): TemplateSource => {
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
      template: JSON.parse(fs.readFileSync(templatePath, 'utf8')) as Template,
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

/** Construct paths of the elements of one stack, by logical id. Made only when something has to be reported. */
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
