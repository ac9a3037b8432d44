import type { StackData } from '../../../analysis/model/read-stacks';
import { readConstructTree } from '../../../lib/security/construct-tree';
import { governedApp } from './governed-app';

let synthesized: readonly StackData[] | undefined;

/** The stacks of the governed app, synthesized once in a process: mutation testing asks for them for each change of a rule. */
export function governedStacks(): readonly StackData[] {
  if (!synthesized) {
    const { app } = governedApp();
    app.synth();
    synthesized = readConstructTree(app);
  }
  return synthesized;
}
