import { may } from './app';
import { BENIGN } from './benign';
import { NO_CREDENTIALS } from './credential-texts';
import { testAttacks } from './every-attack';
import { REPRESENTATIVE } from './kinds';
import { execution } from './pair';
import { said } from './reported';

test.each(Object.entries({ ...BENIGN, ...NO_CREDENTIALS }))('nothing is reported: %s', (_name, change) => {
  expect(said(change)).toEqual([]);
});

test('a sentence that begins with an identifier keeps its case', () => {
  expect(said(execution(may('iam:PassRole', '*')))).toContainEqual(
    expect.stringContaining(': iam:PassRole is allowed on every resource'),
  );
});

test('an agent among ordinary resources has no finding', () => {
  expect(said({})).toEqual([]);
});

testAttacks(REPRESENTATIVE);
