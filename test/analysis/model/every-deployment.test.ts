import fc from '../../fast-check';
import { TRUE } from '../../../analysis/model/guard';
import { printed } from '../../../analysis/model/printed-text';
import { holder, valueIn } from './read-one';

type Value =
  | string
  | { Ref: 'P' | 'Q' | 'AWS::Region' }
  | { 'Fn::If': [string, Value, Value] }
  | { 'Fn::Join': [string, Value[]] }
  | { 'Fn::Select': [number, Value[]] }
  | { 'Fn::Sub': [string, Record<string, Value>] }
  | { 'Fn::FindInMap': [string, Value, string] | [string, Value, string, { DefaultValue: Value }] };

const TEMPLATE = {
  Parameters: {
    P: { Type: 'String', AllowedValues: ['a', 'b', 'c'] },
    Q: { Type: 'String', Default: 'x' },
  },
  Mappings: { M: { a: { v: '1' }, b: { v: '2' }, c: { v: '3' }, x: { v: '4' } } },
  Conditions: {
    PisA: { 'Fn::Equals': [{ Ref: 'P' }, 'a'] },
    QisX: { 'Fn::Equals': ['x', { Ref: 'Q' }] },
    QisLong: { 'Fn::Equals': [{ 'Fn::Sub': 'pre-${Q}' }, 'pre-y'] },
    Both: { 'Fn::And': [{ Condition: 'QisX' }, { 'Fn::Not': [{ Condition: 'PisA' }] }] },
    Any: { 'Fn::Or': [{ Condition: 'Both' }, { 'Fn::Equals': [{ 'Fn::FindInMap': ['M', { Ref: 'P' }, 'v'] }, '3'] }] },
  },
};

interface World {
  readonly P: string;
  readonly Q: string;
}
const WORLDS: World[] = ['a', 'b', 'c'].flatMap((P) => ['x', 'y', 'other'].map((Q) => ({ P, Q })));

const CONDITIONS: Record<string, (world: World) => boolean> = {
  PisA: ({ P }) => P === 'a',
  QisX: ({ Q }) => Q === 'x',
  QisLong: ({ Q }) => Q === 'y',
  Both: ({ P, Q }) => Q === 'x' && P !== 'a',
  Any: ({ P, Q }) => (Q === 'x' && P !== 'a') || P === 'c',
};

/** What a deployment has. */
function deployed(value: Value, world: World): string {
  if (typeof value === 'string') return value;
  if ('Ref' in value) return { ...world, 'AWS::Region': 'us-east-1' }[value.Ref];
  if ('Fn::If' in value) {
    const [condition, yes, no] = value['Fn::If'];
    return deployed(CONDITIONS[condition](world) ? yes : no, world);
  }
  if ('Fn::Join' in value) {
    const [delimiter, items] = value['Fn::Join'];
    return items.map((item) => deployed(item, world)).join(delimiter);
  }
  if ('Fn::Select' in value) return deployed(value['Fn::Select'][1][value['Fn::Select'][0]], world);
  if ('Fn::Sub' in value) {
    const [pattern, variables] = value['Fn::Sub'];
    return pattern.replace(/\$\{V\}/g, deployed(variables.V, world)).replace(/\$\{P\}/g, world.P);
  }
  const [, key, , options] = value['Fn::FindInMap'];
  const found = (TEMPLATE.Mappings.M as Record<string, { v: string }>)[deployed(key, world)];
  return found ? found.v : deployed(options!.DefaultValue, world);
}

const { value: arbitrary } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Value>('a', 'lit', { Ref: 'P' }, { Ref: 'Q' }, { Ref: 'AWS::Region' }),
    fc
      .tuple(fc.constantFrom(...Object.keys(CONDITIONS)), tie('value'), tie('value'))
      .map((args): Value => ({ 'Fn::If': args })),
    fc.array(tie('value'), { minLength: 1, maxLength: 3 }).map((items): Value => ({ 'Fn::Join': ['-', items] })),
    fc.tuple(tie('value'), tie('value')).map((items): Value => ({ 'Fn::Select': [1, items] })),
    tie('value').map((V): Value => ({ 'Fn::Sub': ['<${V}|${P}>', { V }] })),
    fc.constantFrom<Value>({ 'Fn::FindInMap': ['M', { Ref: 'P' }, 'v'] }),
    fc
      .tuple(tie('value'), tie('value'))
      .map(([key, DefaultValue]): Value => ({ 'Fn::FindInMap': ['M', key, 'v', { DefaultValue }] })),
  ),
}));

test('in every deployment a value has exactly one case, which is the value of that deployment', () => {
  fc.assert(
    fc.property(arbitrary, (value) => {
      const model = valueIn(value, TEMPLATE);
      const cases = holder(model).flatMap((node) => node.texts());
      const { diagrams } = model;
      // A text with too many cases is one hole; that is another test.
      fc.pre(
        !cases.some(({ value: text }) => text.some((part) => typeof part !== 'string' && part.kind === 'unreadable')),
      );
      for (const world of WORLDS) {
        const here = (['P', 'Q'] as const)
          .map((name) =>
            diagrams.is(
              diagrams.variable(`App#${name}`, name, name === 'P' ? ['a', 'b', 'c'] : undefined),
              world[name],
            ),
          )
          .reduce((all, each) => all.and(each), TRUE);
        const holding = cases.filter(({ guard }) => here.and(guard).possible());
        expect(
          holding.map(({ value: text }) =>
            printed(text).replaceAll('${parameter Q}', world.Q).replaceAll('${parameter P}', world.P),
          ),
        ).toEqual([deployed(value, world)]);
      }
    }),
    { numRuns: 400 },
  );
});
