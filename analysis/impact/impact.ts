import type { TemplateModel } from '../model/template-model';
import { EFFECT_LEVELS, type Effect } from './effect';
import { exportEffects } from './export-effects';
import { nameEffects } from './name-effects';
import { networkEffects } from './network-effects';
import { recordEffects } from './record-effects';
import { changesOf } from './changes-across-stacks';
import type { ResourceChange } from './resource-changes';
import type { Scene } from './scene';
import { sessionEffects } from './session-effects';
import { stackEffects } from './stack-effects';
import { stackPairs } from './stack-pairs';

/** Name and version of the JSON form. */
const IMPACT_FORMAT = 'cdk-bedrock-managed-agents/impact/1';

/** The change of a stack. */
export interface StackImpact {
  readonly stack: string;
  readonly status: 'new' | 'changed' | 'leaves the app';
  readonly changes: readonly ResourceChange[];
}

/** The impact of deploying a new version of an app over the old one. */
export interface Impact {
  readonly format: typeof IMPACT_FORMAT;
  /** Stacks with changes. */
  readonly stacks: readonly StackImpact[];
  /** Most important first. */
  readonly effects: readonly Effect[];
}

/** Compares two versions of an app, as if the old one were deployed and the new one is deployed over it. */
export function impactOf(before: TemplateModel, after: TemplateModel): Impact {
  const pairs = stackPairs(before, after);
  const changes = changesOf(pairs);
  const stacks = pairs
    .map(({ before: old, after: now }, index): StackImpact => ({
      stack: (now ?? old)!.id,
      status: !old ? 'new' : !now ? 'leaves the app' : 'changed',
      changes: changes[index],
    }))
    .filter(({ status, changes }) => status !== 'changed' || changes.length > 0);
  const scene: Scene = { before, after, pairs, changes: stacks.flatMap(({ changes }) => changes) };
  const effects = [sessionEffects, recordEffects, networkEffects, nameEffects, exportEffects, stackEffects]
    .flatMap((find) => find(scene))
    .sort((a, b) => EFFECT_LEVELS.indexOf(a.level) - EFFECT_LEVELS.indexOf(b.level));
  return { format: IMPACT_FORMAT, stacks, effects };
}
