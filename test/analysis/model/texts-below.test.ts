import { printed } from '../../../analysis/model/printed-text';
import { textsBelow, type TextsBelowOptions } from '../../../analysis/model/texts-below';
import { holder, valueIn } from './read-one';

const below = (value: unknown, options?: TextsBelowOptions) =>
  holder(valueIn(value))
    .flatMap((node) => textsBelow(node, options))
    .map(({ keys, value: text }) => `${keys.join('.')}=${printed(text)}`);

const POLICY = JSON.stringify({ Statement: [{ Principal: { AWS: ['*', 'me'] } }] });

test('every text below a node has the keys that lead to it', () => {
  expect(below({ a: 'x', b: [{ c: 'y' }, ['z', 7]] })).toEqual(['a=x', 'b.c=y', 'b=z', 'b=7']);
  expect(below('x')).toEqual(['=x']);
});

test('the values below a key that was not asked for are left out', () => {
  expect(below({ a: 'x', b: { a: 'y', c: 'z' } }, { asked: (key) => key !== 'a' })).toEqual(['b.c=z']);
});

test('a policy that is written as a text is one text, or is read if that is asked for', () => {
  expect(below({ Policy: POLICY })).toEqual([`Policy=${POLICY}`]);
  expect(below({ Policy: POLICY, Name: 'n' }, { documents: true })).toEqual([
    'Policy.Statement.Principal.AWS=*',
    'Policy.Statement.Principal.AWS=me',
    'Name=n',
  ]);
});

test('a list or a number that is written as a text stays a text', () => {
  expect(below({ a: '["x"]', b: '7' }, { documents: true })).toEqual(['a=["x"]', 'b=7']);
});

test.each(['object', 'list'])('what is deeper than any property is left out: %s', (kind) => {
  const nested = (levels: number): unknown =>
    levels === 0 ? 'x' : kind === 'object' ? { k: nested(levels - 1) } : [nested(levels - 1)];
  expect(below({ first: 'a', deep: nested(30) })).toHaveLength(2);
  expect(below({ first: 'a', deep: nested(500) }, { documents: true })).toEqual(['first=a']);
});
