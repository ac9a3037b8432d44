import { entriesOf, at } from '../../../analysis/model/json';
import { checkStacks } from '../../../analysis/rules/check';
import { readConstructTree } from '../../../lib/security/construct-tree';
import fc from '../../fast-check';
import { governedApp } from '../../lib/security/governed-app';

/** Places inside a template: the path to every object, list and value below the properties of a resource. */
function places(value: unknown, here: (string | number)[], found: (string | number)[][]): void {
  found.push(here);
  if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      places(inner, [...here, Array.isArray(value) ? Number(key) : key], found);
    }
  }
}

test('no rule raises an error for any value in the place of another', () => {
  const { app } = governedApp();
  app.synth();
  const stacks = readConstructTree(app);
  const everywhere = stacks.flatMap(({ template }, number) => {
    const found: (string | number)[][] = [];
    for (const [id, resource] of entriesOf(at(template, 'Resources'))) {
      places(at(resource, 'Properties'), ['Resources', id, 'Properties'], found);
    }
    return found.map((place) => ({ number, place }));
  });
  const odd = fc.constantFrom<unknown>(
    null,
    '',
    0,
    true,
    [],
    {},
    [null],
    'x',
    { Ref: 'Nothing' },
    { 'Fn::GetAtt': ['Nothing', 'Arn'] },
    { 'Fn::If': ['Nothing', 1] },
    { 'Fn::Join': 'x' },
    { 'Fn::Select': [9, []] },
    { 'Fn::Sub': ['${A.B.C}'] },
    [[[]]],
    '{"Statement":[null,3,{}]}',
  );

  fc.assert(
    fc.property(fc.constantFrom(...everywhere), odd, ({ number, place }, value) => {
      const changed = stacks.map((stack, each) => {
        if (each !== number) {
          return stack;
        }
        const template: any = structuredClone(stack.template);
        const holder = place.slice(0, -1).reduce((inner, key) => inner[key], template);
        holder[place[place.length - 1]] = value;
        return { ...stack, template };
      });
      const failures = checkStacks({ stacks: changed }).filter(({ says }) => says.includes("can't judge"));
      expect(failures).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
