import { App, Stack } from 'aws-cdk-lib/core';
import { assemblyOf } from '../../../analysis/model/read-stacks';
import { stateMachines } from '../../../analysis/model/state-machine';
import { TemplateModel } from '../../../analysis/model/template-model';
import { loopLength, type Step, stepsOf } from '../../../analysis/model/turn-steps';
import { EXAMPLES } from '../../../examples';
import { readConstructTree } from '../../../lib/security/construct-tree';

/** The templates of an example, and the same with every state of its workflow renamed. */
function workflows(): { before: readonly Step[]; after: readonly Step[] } {
  const app = new App();
  EXAMPLES[0].add(app, { account: '111122223333', region: 'us-east-1' });
  expect(app.node.findAll().some((node) => Stack.isStack(node))).toBe(true);
  app.synth();
  const sources = readConstructTree(app);
  const steps = (renamed: boolean): readonly Step[] => {
    const given = sources.map((source) => ({
      ...source,
      template: renamed ? withOtherNames(source.template) : source.template,
    }));
    const model = new TemplateModel(assemblyOf(given));
    const [first] = stateMachines(model)
      .map(({ flow }) => stepsOf(model, flow!))
      .filter((each) => each.some(({ kinds }) => kinds.has('opens a session')));
    return first;
  };
  return { before: steps(false), after: steps(true) };
}

function withOtherNames(template: unknown): unknown {
  return JSON.parse(
    JSON.stringify(template).replace(
      /(\\"(?:Next|StartAt|Default)\\":\\"|\\")(CheckTurn|OpenSession|SubmitTurn)\\"/g,
      '$1Other$2\\"',
    ),
  );
}

test('steps are known by what they call: renaming states changes nothing', () => {
  const { before, after } = workflows();
  const kinds = (steps: readonly Step[]) => steps.map((step) => [[...step.kinds], loopLength(step)]);
  expect(after.map(({ state }) => state.name)).toContain('OtherCheckTurn');
  expect(kinds(after)).toEqual(kinds(before));
  const by = (name: string) => before.find(({ state }) => state.name === name);
  expect([...by('OpenSession')!.kinds]).toContain('opens a session');
  expect([...by('CheckTurn')!.kinds]).toContain('looks at events');
  expect(before.filter((step) => step.kinds.has('looks at events')).map(({ state }) => state.name)).toEqual([
    'CheckTurn',
  ]);
  expect(loopLength(by('CheckTurn')!)).toBe(3);
  expect(loopLength(by('SubmitTurn')!)).toBeUndefined();
});
