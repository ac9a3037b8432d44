import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { App, Stage, type StackProps, type StageProps } from 'aws-cdk-lib/core';
import type { Effect } from '../../../analysis/impact/effect';
import { impactOf } from '../../../analysis/impact/impact';
import { readDirectory } from '../../../analysis/model/read-directory';
import { TemplateModel } from '../../../analysis/model/template-model';
import type { NextStepApp } from './next-step-apps';
import { identifiersIn, type Identifier } from './primary-identifiers';

const ACCOUNT = '111122223333';
const EAST = { env: { account: ACCOUNT, region: 'us-east-1' } };
const WEST = { env: { account: ACCOUNT, region: 'us-west-2' } };

type Add = (scope: App | Stage, props: StackProps, later: boolean) => void;

/** What the next steps of the person who deployed an app mean; an effect is `kind` or `kind × count`. */
export interface NextSteps {
  /** The same app in a second Stage of the account, or in a second Region: effects, or why synthesis refuses it. */
  readonly secondStage: readonly string[] | string;
  readonly secondRegion: readonly string[] | string;
  /** The same app under another stack name: what can't be created. */
  readonly otherName: readonly string[];
  readonly later: readonly string[];
  readonly back: readonly string[];
  /** Everything is destroyed: what stays, apart from records. */
  readonly destroyed: readonly string[];
  /**
   * Resources whose identifier is fixed by the template, by AWS's specification, and that were not said to be in the way of
   * another deployment: under another stack name, after everything was destroyed, or when the later version is reverted.
   */
  readonly unsaid: readonly string[];
}

/** Synthesizes an app as its next steps ask for, and compares. Assets are staged once, in one directory. */
export function nextSteps(add: Add): NextSteps {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'next-'));
  try {
    const synthesize = (build: (app: App) => void) => {
      const app = new App({ outdir, analyticsReporting: false });
      build(app);
      return new TemplateModel(readDirectory(app.synth().directory));
    };
    const stage = (app: App, id: string, props: StageProps) => add(new Stage(app, id, props), {}, false);
    const first = synthesize((app) => stage(app, 'Test', EAST));
    const next = (id: string, props: StageProps) =>
      refusedOr(() =>
        impactOf(
          first,
          synthesize((app) => {
            stage(app, 'Test', EAST);
            stage(app, id, props);
          }),
        ).effects.map(kindOf),
      );
    // The name of a Stage begins the names of its stacks, and no construct path has it.
    const named = (stageName: string) => synthesize((app) => stage(app, 'One', { ...EAST, stageName }));
    const [one, two] = [named('one'), named('two')];
    const later = synthesize((app) => add(new Stage(app, 'Test', EAST), {}, true));
    const gone = impactOf(
      first,
      synthesize(() => undefined),
    ).effects;
    const renamed = impactOf(one, two).effects;
    return {
      secondStage: next('Prod', EAST),
      secondRegion: next('West', WEST),
      otherName: counted(renamed.filter(({ level }) => level === 'blocks')),
      later: counted(impactOf(first, later).effects),
      back: counted(impactOf(later, first).effects),
      destroyed: counted(gone.filter(({ kind, level }) => level === 'blocks' || STAYING.includes(kind))),
      unsaid: [
        ...unsaid(identifiersInBoth(one, two), renamed, 'name-taken'),
        ...unsaid(
          identifiersIn(first).filter(({ kept }) => kept),
          gone,
          'name-kept',
        ),
        ...notRevertible(first, later).map(({ path: where }) => where),
        ...notRevertible(later, first).map(({ path: where }) => where),
      ],
    };
  } finally {
    fs.rmSync(outdir, { recursive: true, force: true });
  }
}

function identifiersInBoth(one: TemplateModel, two: TemplateModel): Identifier[] {
  const keys = new Set(identifiersIn(two).map(({ key }) => key));
  return identifiersIn(one).filter(({ key }) => keys.has(key));
}

/**
 * Resources that the second version removes or replaces and that stay, although the first version would create them again
 * with the same identifier: it refers to no resource that the second version removes or replaces, too.
 */
function notRevertible(first: TemplateModel, second: TemplateModel): Identifier[] {
  const identifiers = (model: TemplateModel) =>
    new Map(identifiersIn(model, () => true).map((each) => [`${each.stack} ${each.logicalId}`, each]));
  const [old, now] = [identifiers(first), identifiers(second)];
  const stays = (stack: string, id: string): boolean =>
    second.resources.some((each) => each.stack.id === stack && each.logicalId === id) &&
    old.get(`${stack} ${id}`)?.key === now.get(`${stack} ${id}`)?.key;
  return [...old]
    .filter(([id, each]) => each.kept && now.get(id)?.key !== each.key)
    .filter(([, each]) => each.refersTo.every((id) => stays(each.stack, id)))
    .map(([, each]) => each);
}

function unsaid(identifiers: readonly Identifier[], effects: readonly Effect[], kind: Effect['kind']): string[] {
  const said = effects.filter((effect) => effect.kind === kind).map(({ subject }) => subject);
  return identifiers.map(({ path: where }) => where).filter((where) => !said.includes(where));
}

const STAYING: readonly Effect['kind'][] = ['name-kept', 'contents-kept', 'interfaces-linger', 'bucket-not-empty'];
const kindOf = ({ kind }: Effect): string => kind;

/** `kind × count`, sorted. */
function counted(effects: readonly Effect[]): string[] {
  const kinds = effects.map(kindOf).sort();
  return [...new Set(kinds)].map((kind) => {
    const count = kinds.filter((each) => each === kind).length;
    return count === 1 ? kind : `${kind} × ${count}`;
  });
}

function refusedOr(find: () => string[]): string[] | string {
  try {
    return find();
  } catch (error) {
    return (error as Error).message;
  }
}

/** What a network of the app leaves: its VPC with the Runtime's security group in it, and two subnets in use. */
const NETWORK_STAYS = ['contents-kept', 'interfaces-linger × 2'];

export const expectedOf = (app: Omit<NextStepApp, 'add' | 'kind'>) => ({
  secondStage: app.secondStage ? expect.stringMatching(app.secondStage) : [],
  secondRegion: app.secondRegion ? expect.stringMatching(app.secondRegion) : [],
  otherName: app.otherName ?? [],
  later: app.later,
  back: app.back,
  destroyed: app.destroyed ?? NETWORK_STAYS,
  unsaid: [],
});
