import { testAttacks } from './every-attack';
import { NUMBERS, WITHOUT_TWIN } from './from-outside/every';
import { KINDS } from './kinds';

testAttacks(KINDS);

test('each of the 118 attacks from outside has a benign twin, or a reason why not', () => {
  expect(NUMBERS.size + Object.keys(WITHOUT_TWIN).length).toBe(118);
});
