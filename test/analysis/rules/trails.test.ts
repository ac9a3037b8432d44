import { assemblyOf } from '../../../analysis/model/read-stacks';
import { TemplateModel } from '../../../analysis/model/template-model';
import { trailsFor } from '../../../analysis/rules/trails';

const account = (id: string, rest: object = {}) => ({
  id,
  template: { Resources: { Trail: { Type: 'AWS::CloudTrail::Trail' } } },
  ...rest,
});
const model = () =>
  new TemplateModel(
    assemblyOf([
      account('One', { account: '111122223333' }),
      account('Two', { account: '999988887777' }),
      account('Any'),
    ]),
  );

test.each([
  ['One', ['One', 'Any']],
  ['Two', ['Two', 'Any']],
  ['Any', ['One', 'Two', 'Any']],
])('trails of other accounts don’t record what happens in %s', (id, expected) => {
  const read = model();
  const stack = read.assembly.stacks.find((each) => each.id === id)!;
  expect(trailsFor(read, stack).map((trail) => trail.stack.id)).toEqual(expected);
});
